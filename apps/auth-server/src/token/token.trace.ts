import { describeInTrace } from '@m2m/service-defaults';
import type { IssuedAccessToken } from '@m2m/token-issuance';
import type { RegisteredClient } from '../clients/registered-client.js';
import type { GrantRequest } from './grant-decision.js';

/** Says in the trace of a token request which client it is that asks. */
export function traceClient({ clientId, authMethod }: RegisteredClient, grantType: string): void {
  describeInTrace(() => ({
    'oauth.client.id': clientId,
    'oauth.client.auth_method': authMethod,
    'oauth.grant_type': grantType,
  }));
}

/** Says in the trace of a token request what was asked for and what the token holds; never the token. */
export function traceIssuedToken(
  request: GrantRequest,
  { header, claims }: Pick<IssuedAccessToken, 'header' | 'claims'>,
): void {
  describeInTrace(() => ({
    'oauth.request.scope': request.scopes?.join(' '),
    'oauth.request.resource': request.resources[0],
    ...prefixed('oauth.token.header.', header),
    ...prefixed('oauth.token.claim.', claims),
  }));
}

function prefixed(
  prefix: string,
  fields: IssuedAccessToken['header'] | IssuedAccessToken['claims'],
): Record<string, string | number> {
  const entries = Object.entries(fields) as [string, string | number][];
  return Object.fromEntries(entries.map(([name, value]) => [`${prefix}${name}`, value]));
}
