import { invalidScope } from '../oauth/oauth-error.js';

// RFC 6749 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), separated by single spaces.
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/**
 * Reads the `scope` of a request (RFC 6749 3.3).
 *
 * @returns the scope tokens, each once, or undefined if the request names none.
 * @throws OAuthError `invalid_scope` if it is malformed.
 */
export function requestedScopes(scope: string | undefined): readonly string[] | undefined {
  if (scope === undefined) return undefined;
  if (!SCOPE.test(scope)) throw invalidScope('The scope is malformed');
  return [...new Set(scope.split(' '))];
}
