import { describe, expect, it } from 'vitest';
import { codeOf, TokenRequestError } from './token-request-error.js';

describe('TokenRequestError', () => {
  it('says what is known and no more', () => {
    expect(new TokenRequestError('timeout').message).toBe('no access token: timeout');
    expect(new TokenRequestError('network', 'ECONNREFUSED')).toMatchObject({
      name: 'TokenRequestError',
      message: 'no access token: network (ECONNREFUSED)',
      transient: true,
      retryAfterMs: 0,
    });
  });
});

describe('the code of an error', () => {
  const withCode = (code: unknown) => Object.assign(new Error('m'), { code });

  it.each(['ENOENT', 'ERR_BAD_RESPONSE', 'E2BIG'])('is told: %s', (code) => {
    expect(codeOf(withCode(code))).toBe(code);
  });

  it.each([
    'a secret',
    'lower',
    'ENOENT a-secret',
    'a-secret ENOENT',
    'ENOENT\nX',
    '',
    'E'.repeat(42),
    42,
    { toString: () => 'ENOENT' },
    undefined,
  ])('is not told where it may be something else: %j', (code) => {
    expect(codeOf(withCode(code))).toBeUndefined();
  });

  it.each([{ code: 'ENOENT' }, undefined, null, 'ENOENT', new Error('ENOENT')])(
    'is not there in %j',
    (error) => {
      expect(codeOf(error)).toBeUndefined();
    },
  );
});
