import { clientAuthMethods } from '../clients/registered-client.js';
import { ClientCredentialsGrant } from '../token/client-credentials.grant.js';

/** Authorization server metadata (RFC 8414 2): what works here, and nothing else. */
export interface AuthorizationServerMetadata {
  readonly issuer: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
  readonly response_types_supported: readonly string[];
  readonly grant_types_supported: readonly string[];
  readonly token_endpoint_auth_methods_supported: readonly string[];
}

export function authorizationServerMetadata(issuer: string): AuthorizationServerMetadata {
  return {
    issuer,
    token_endpoint: `${issuer}/oauth2/token`,
    jwks_uri: `${issuer}/oauth2/jwks`,
    // RFC 8414 2 requires this member; there is no authorization endpoint that could have response types.
    response_types_supported: [],
    grant_types_supported: [ClientCredentialsGrant.type],
    token_endpoint_auth_methods_supported: [...clientAuthMethods],
  };
}

/** Where the metadata is: the well-known part stands between the issuer's host and its path (RFC 8414 3). */
export function metadataPath(issuer: string): string {
  const { pathname } = new URL(issuer);
  return `/.well-known/oauth-authorization-server${pathname === '/' ? '' : pathname}`;
}
