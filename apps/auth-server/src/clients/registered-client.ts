/** How a client may authenticate (RFC 7591 2). Public clients (`none`) are not registered here. */
export const clientAuthMethods = ['client_secret_basic', 'client_secret_post'] as const;

export type ClientAuthMethod = (typeof clientAuthMethods)[number];

/** A scope a client may be granted, and the resource server it is for. */
export interface ClientScope {
  readonly name: string;
  /** The resource server's identifier (RFC 8707 2). */
  readonly resource: string;
}

/** A client as the token endpoint needs to know it. */
export interface RegisteredClient {
  readonly clientId: string;
  readonly authMethod: ClientAuthMethod;
  readonly grantTypes: readonly string[];
  readonly disabled: boolean;
  /** The SHA-256 digests of the secrets that are live now. */
  readonly secretDigests: readonly Buffer[];
  readonly scopes: readonly ClientScope[];
}
