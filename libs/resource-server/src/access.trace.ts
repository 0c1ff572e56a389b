import type { Client, Refusal } from '@m2m/guards';
import { describeInTrace } from '@m2m/service-defaults';

/** The claims of RFC 9068 2.2. What else an issuer puts into its tokens is not ours to send on. */
const TOLD_CLAIMS = ['iss', 'aud', 'sub', 'client_id', 'iat', 'exp', 'jti', 'scope'] as const;

/** Says in the trace of a call that it was let through, for whom and by which scopes. */
export function traceAcceptance(client: Client, neededScopes: readonly string[]): void {
  describeInTrace(() => ({
    'oauth.access.outcome': 'accepted',
    'oauth.access.needed_scope': neededScopes.join(' '),
    'oauth.client.id': client.clientId,
    ...Object.fromEntries(
      TOLD_CLAIMS.map((name) => [`oauth.token.claim.${name}`, told(client, name)]),
    ),
  }));
}

/** Says in the trace of a call why it was refused, which its caller is not told. */
export function traceRefusal({ reason, clientId, neededScopes }: Refusal): void {
  describeInTrace(() => ({
    'oauth.access.outcome': reason,
    'oauth.access.needed_scope': neededScopes?.join(' '),
    'oauth.client.id': clientId,
  }));
}

/** Says in the trace of a call whether its token was verified for it, or was known from an earlier one. */
export function traceVerification(how: 'verified' | 'remembered'): void {
  describeInTrace(() => ({ 'oauth.access.token': how }));
}

function told({ claims }: Client, name: string): string | number | undefined {
  const value = claims[name];
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}
