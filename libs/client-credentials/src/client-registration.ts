/** How a client is registered with an authorization server, and what it asks for. */
export interface ClientRegistration {
  /** The issuer identifier (RFC 8414 2). */
  readonly issuer: string;
  /** Where to ask for tokens, where that is not to be discovered from the issuer's metadata. */
  readonly tokenEndpoint?: string | undefined;
  readonly clientId: string;
  /** The method the client is registered for (RFC 7591 2). */
  readonly authMethod: 'client_secret_basic' | 'client_secret_post';
  /** Reads the secret. Called for every token request, so that a rotated one is picked up. */
  readonly clientSecret: () => Promise<string>;
  /** The scopes to ask for: no more than the work needs. */
  readonly scopes: readonly string[];
  /** The identifier of the API the token is for (RFC 8707 2). */
  readonly resource: string;
}
