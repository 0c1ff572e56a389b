import type { JSONWebKeySet } from 'jose';

/** How a client may authenticate (RFC 7591 2). Public clients (`none`) are not registered here. */
export const clientAuthMethods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
] as const;

export type ClientAuthMethod = (typeof clientAuthMethods)[number];

/** A scope a client may be granted, and the resource server it is for. */
export interface ClientScope {
  readonly name: string;
  /** The resource server's identifier (RFC 8707 2). */
  readonly resource: string;
}

/** A secret of a client as it is kept: nobody can tell from it what the secret is. */
export interface StoredSecret {
  readonly secretId: string;
  /** SHA-256. */
  readonly digest: Buffer;
  /** From here on it is refused: milliseconds since the epoch; infinity for one without an end. */
  readonly expiresAt: number;
}

/** A client as the endpoints need to know it. */
export interface RegisteredClient {
  readonly clientId: string;
  readonly authMethod: ClientAuthMethod;
  readonly grantTypes: readonly string[];
  readonly disabled: boolean;
  readonly secrets: readonly StoredSecret[];
  /** The keys its assertions are verified by (RFC 7591 2), or where it publishes them. */
  readonly jwks: JSONWebKeySet | undefined;
  readonly jwksUri: string | undefined;
  readonly scopes: readonly ClientScope[];
  /** The identifiers of the resource servers that it asks about tokens for (RFC 7662). */
  readonly resourceServers: readonly string[];
  /** How long its access tokens live, in seconds, where that is not the server's own setting. */
  readonly accessTokenLifetime: number | undefined;
  /** Its tokens issued before this time, in seconds since the epoch, are revoked; 0 if none are. */
  readonly tokensValidFrom: number;
}
