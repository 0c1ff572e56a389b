import { describe, expect, it } from 'vitest';
import type { TokenFailureReason } from './token-request-error.js';
import { readErrorResponse, readTokenResponse } from './token-response.js';

const good = { access_token: 'abc', token_type: 'Bearer', expires_in: 300 };

describe('the answer of a token endpoint', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])('B07 may name the type %s', (token_type) => {
    expect(readTokenResponse({ ...good, token_type })).toEqual({
      value: 'abc',
      lifetimeSeconds: 300,
    });
  });

  it.each(['DPoP', 'mac', '', 'Bearer '])('B07 is not used with the type "%s"', (token_type) => {
    expect(() => readTokenResponse({ ...good, token_type })).toThrow('unknown_token_type');
  });

  it.each<[string, unknown, number]>([
    ['nothing', undefined, 60],
    ['null', null, 60],
    ['zero', 0, 60],
    ['less than a second', 0.001, 60],
    ['a second', 1, 1],
    ['a negative number', -5, 60],
    ['no number', Number.NaN, 60],
    ['a word', 'soon', 60],
    ['an empty text', '', 60],
    ['a list', [300], 60],
    ['a number as text', '120', 120],
    ['a year', 31_536_000, 86_400],
    ['more than any number', Number.POSITIVE_INFINITY, 86_400],
  ])('that gives %s as lifetime is taken carefully', (_what, expires_in, lifetimeSeconds) => {
    expect(readTokenResponse({ ...good, expires_in })).toEqual({ value: 'abc', lifetimeSeconds });
  });

  it.each([
    null,
    undefined,
    'text',
    [],
    {},
    { ...good, access_token: '' },
    { ...good, access_token: 7 },
    { ...good, access_token: 'a\r\nb' },
    { access_token: 'abc', expires_in: 300 },
    { ...good, token_type: 7 },
  ])('is refused if it is %j', (body) => {
    expect(() => readTokenResponse(body)).toThrow('malformed_response');
  });

  it.each<[number, unknown, TokenFailureReason, boolean]>([
    [401, { error: 'invalid_client' }, 'invalid_client', false],
    [400, { error: 'invalid_request' }, 'invalid_request', false],
    [400, { error: 'invalid_grant' }, 'invalid_grant', false],
    [400, { error: 'unauthorized_client' }, 'unauthorized_client', false],
    [400, { error: 'unsupported_grant_type' }, 'unsupported_grant_type', false],
    [400, { error: 'invalid_scope' }, 'invalid_scope', false],
    [400, { error: 'invalid_target' }, 'invalid_target', false],
    [400, { error: 'temporarily_unavailable' }, 'unavailable', true],
    [400, { error: 'slow_down' }, 'unavailable', true],
    [400, { error: 'invented' }, 'other', true],
    [400, { error: 'constructor' }, 'other', true],
    [404, 'not here', 'refused', false],
    [404, { error: 'Not Found' }, 'refused', false],
    [404, { error: 'temporarily_unavailable' }, 'refused', false],
    [405, { error: 'Method Not Allowed' }, 'refused', false],
    [410, { error: 'invalid_client' }, 'refused', false],
    [403, { error: 'Forbidden' }, 'other', true],
    [302, undefined, 'refused', false],
    [408, undefined, 'unavailable', true],
    [429, { error: 'invalid_client' }, 'throttled', true],
    [500, {}, 'unavailable', true],
    [503, { error: 'invalid_client' }, 'unavailable', true],
    [204, undefined, 'malformed_response', true],
  ])('B05 with status %i and %j says whether to try again', (status, body, reason, transient) => {
    expect(readErrorResponse(status, body, undefined)).toMatchObject({ reason, transient });
  });

  it('repeats nothing of what is in an error', () => {
    const echo = {
      error: 'a-secret\n\u0000',
      error_description: 'a-secret',
      error_uri: 'a-secret',
    };

    const error = readErrorResponse(400, echo, undefined);

    expect(error.message).toBe('no access token: other (HTTP 400)');
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('a-secret');
  });
});
