import { describe, expect, it } from 'vitest';
import { readErrorResponse, readTokenResponse } from './token-response.js';

const good = { access_token: 'abc', token_type: 'Bearer', expires_in: 300 };

describe('the answer of a token endpoint', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])('B07 may name the type %s', (token_type) => {
    expect(readTokenResponse({ ...good, token_type })).toEqual({
      value: 'abc',
      lifetimeSeconds: 300,
    });
  });

  it('B07 is not used if the type of the token is unknown', () => {
    expect(() => readTokenResponse({ ...good, token_type: 'DPoP' })).toThrow('unknown_token_type');
  });

  it.each([
    ['nothing', undefined, 60],
    ['zero', 0, 60],
    ['a negative number', -5, 60],
    ['a word', 'soon', 60],
    ['a number as text', '120', 120],
    ['a year', 31_536_000, 86_400],
    ['infinity', Number.POSITIVE_INFINITY, 60],
  ])('that gives %s as lifetime is taken carefully', (_what, expires_in, lifetimeSeconds) => {
    expect(readTokenResponse({ ...good, expires_in })).toEqual({ value: 'abc', lifetimeSeconds });
  });

  it.each([null, 'text', {}, { ...good, access_token: '' }, { ...good, access_token: 'a\r\nb' }])(
    'is refused if it is %j',
    (body) => {
      expect(() => readTokenResponse(body)).toThrow('malformed_response');
    },
  );

  it.each<[number, unknown, string, boolean]>([
    [401, { error: 'invalid_client' }, 'invalid_client', false],
    [400, { error: 'invalid_scope' }, 'invalid_scope', false],
    [400, { error: 'invalid_target' }, 'invalid_target', false],
    [400, { error: 'temporarily_unavailable' }, 'temporarily_unavailable', true],
    [404, 'not here', 'http_404', false],
    [429, { error: 'slow_down' }, 'slow_down', true],
    [500, {}, 'http_500', true],
    [503, { error: 'bad "quotes"' }, 'http_503', true],
  ])('B05 with status %i and %j says whether to try again', (status, body, code, transient) => {
    expect(readErrorResponse(status, body, undefined)).toMatchObject({ code, transient });
  });
});
