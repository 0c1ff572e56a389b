import type { Claims } from './client.js';
import { InvalidTokenError } from './token-refusal.js';

/** Claims of ID tokens (OpenID Connect Core 2, 3.3.2.11), logout tokens and introspection responses (RFC 9701 5). */
const CLAIMS_OF_OTHER_KINDS = [
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'events',
  'token_introspection',
];

/** The types of the header that do not say it is something else. */
const POSSIBLE_TYPE = /^(application\/)?(at\+)?jwt$/i;

/**
 * Refuses what is recognisably another kind of token than an access token, where its header does not say what
 * it is (RFC 8725 3.11, 3.12): the issuer may sign all of them by the same keys.
 *
 * @param type `typ` of the header, where there is one.
 * @throws InvalidTokenError
 */
export function refuseOtherKinds(claims: Claims, type: unknown = 'JWT'): void {
  // Keycloak: `ID`, `Refresh`, `Offline`, `Logout`, and `DPoP`, whose bearer has more to prove than this.
  const { typ = 'Bearer', token_use: use = 'access', iss, sub } = claims;
  const maySo = typeof type === 'string' && POSSIBLE_TYPE.test(type);
  const saysSo = typ === 'Bearer' && (use === 'access' || use === 'access_token');
  // Who speaks of itself authenticates itself (RFC 7523 3).
  const isAssertion = sub !== undefined && sub === iss;
  if (!maySo || !saysSo || isAssertion || CLAIMS_OF_OTHER_KINDS.some((name) => name in claims)) {
    throw new InvalidTokenError('wrong_type');
  }
}
