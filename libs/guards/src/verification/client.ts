/** The client behind a request, as its verified access token says (RFC 9068 2.2). */
export interface Client {
  readonly clientId: string;
  /** `sub`. Without a resource owner it is the client itself. */
  readonly subject: string;
  /** The granted scope tokens. */
  readonly scopes: ReadonlySet<string>;
  /** `jti`, for audit logs. */
  readonly tokenId: string;
  /** `exp`, in seconds since the epoch. */
  readonly expiresAt: number;
}
