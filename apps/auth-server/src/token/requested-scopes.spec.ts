import { describe, expect, it } from 'vitest';
import type { OAuthError } from '../oauth/oauth-error.js';
import { requestedScopes } from './requested-scopes.js';

describe('requestedScopes', () => {
  it('reads scope tokens in their order', () => {
    expect(requestedScopes("orders:read a/b ~!#$%&'()*+,[]^_`{|}")).toEqual([
      'orders:read',
      'a/b',
      "~!#$%&'()*+,[]^_`{|}",
    ]);
  });

  it('tells a request that names none', () => {
    expect(requestedScopes(undefined)).toBeUndefined();
  });

  it('counts a token that comes twice once', () => {
    expect(requestedScopes('a b a')).toEqual(['a', 'b']);
  });

  it.each(['"a"', 'a\\b', 'a\tb', 'a\nb', 'a\u0000', 'a\u007f', 'é', 'a  b', ' a', 'a ', ' '])(
    'refuses %j (S02)',
    (scope) => {
      let code: string | undefined;
      try {
        requestedScopes(scope);
      } catch (error) {
        code = (error as OAuthError).code;
      }
      expect(code).toBe('invalid_scope');
    },
  );
});
