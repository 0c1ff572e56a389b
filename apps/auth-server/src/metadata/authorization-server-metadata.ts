import type { SigningAlgorithm } from '@m2m/token-issuance';
import { assertionAlgorithms } from '../client-authentication/assertion-rules.js';
import { clientAuthMethods } from '../clients/registered-client.js';
import { ClientCredentialsGrant } from '../token/client-credentials.grant.js';

/** Authorization server metadata (RFC 8414 2, RFC 9701 7): what works here, and nothing else. */
export interface AuthorizationServerMetadata {
  readonly issuer: string;
  readonly token_endpoint: string;
  readonly introspection_endpoint: string;
  readonly revocation_endpoint: string;
  /** Of no standard, hence the name: see decision record 0027. Clients authenticate as for introspection. */
  readonly m2m_revocation_feed_endpoint: string;
  /** Only where clients may be registered dynamically. */
  readonly registration_endpoint?: string;
  readonly jwks_uri: string;
  readonly response_types_supported: readonly string[];
  readonly grant_types_supported: readonly string[];
  readonly token_endpoint_auth_methods_supported: readonly string[];
  readonly token_endpoint_auth_signing_alg_values_supported: readonly string[];
  readonly introspection_endpoint_auth_methods_supported: readonly string[];
  readonly introspection_endpoint_auth_signing_alg_values_supported: readonly string[];
  readonly introspection_signing_alg_values_supported: readonly string[];
  readonly revocation_endpoint_auth_methods_supported: readonly string[];
  readonly revocation_endpoint_auth_signing_alg_values_supported: readonly string[];
}

/**
 * @param signingAlgorithms what introspection responses may be signed by.
 * @param registration whether clients may be registered dynamically.
 */
export function authorizationServerMetadata(
  issuer: string,
  signingAlgorithms: readonly SigningAlgorithm[],
  registration: boolean,
): AuthorizationServerMetadata {
  return {
    issuer,
    token_endpoint: `${issuer}/oauth2/token`,
    introspection_endpoint: `${issuer}/oauth2/introspect`,
    revocation_endpoint: `${issuer}/oauth2/revoke`,
    m2m_revocation_feed_endpoint: `${issuer}/oauth2/revocations`,
    ...(registration && { registration_endpoint: `${issuer}/oauth2/register` }),
    jwks_uri: `${issuer}/oauth2/jwks`,
    // RFC 8414 2 requires this member; there is no authorization endpoint that could have response types.
    response_types_supported: [],
    grant_types_supported: [ClientCredentialsGrant.type],
    // Clients authenticate in the same ways everywhere.
    token_endpoint_auth_methods_supported: clientAuthMethods,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_endpoint_auth_methods_supported: clientAuthMethods,
    introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_signing_alg_values_supported: signingAlgorithms,
    revocation_endpoint_auth_methods_supported: clientAuthMethods,
    revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
  };
}

/** Where the metadata is: the well-known part stands between the issuer's host and its path (RFC 8414 3). */
export function metadataPath(issuer: string): string {
  const { pathname } = new URL(issuer);
  return `/.well-known/oauth-authorization-server${pathname === '/' ? '' : pathname}`;
}
