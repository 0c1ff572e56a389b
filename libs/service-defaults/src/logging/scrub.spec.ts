import { describe, expect, it } from 'vitest';
import { scrub } from './scrub.js';

const TOKEN = 'eyJhbGciOiJFUzI1NiIsImtpZCI6ImEtYl9jIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl_-';
const SECRET = 'cs_0123456789-abcdefghij_ABCDEFGHIJ0123456789a';

describe('scrub', () => {
  it.each([
    ['a token', `got ${TOKEN}.`, 'got [token].'],
    ['an unsigned token', 'got eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.', 'got [token]'],
    ['a generated client secret', `"a":"${SECRET}"`, '"a":"[client secret]"'],
    [
      'a registration access token',
      'got rat_0123456789-abcdefghij_ABCDEFGHIJ0123456789a',
      'got [registration access token]',
    ],
    ['a field with a telling name', '"client_secret":"a\\"b"', '"client_secret":"[credentials]"'],
    ['a Basic header', '"Basic dXNlcjpwYXNzd29yZA=="', '"Basic [credentials]"'],
    ['an opaque Bearer token', 'bearer 2YotnFZFEjr1zCsicMWpAA', 'bearer [credentials]'],
    ['a secret in a form', 'a=b&client_secret=p%40ss&c=d', 'a=b&client_secret=[credentials]&c=d'],
    ['an assertion in a form', 'client_assertion=abc.def', 'client_assertion=[credentials]'],
    ['a token in a query', '/orders?access_token=abc', '/orders?access_token=[credentials]'],
    [
      'the password in a URL',
      'postgres://orders:p%40ss@db:5432/orders',
      'postgres://orders:[password]@db:5432/orders',
    ],
    ['a password without a user', 'redis://:pass@cache', 'redis://:[password]@cache'],
  ])('cuts %s out', (_kind, line, expected) => {
    expect(scrub(line)).toBe(expected);
  });

  it('cuts every credential of a line out, not only the first', () => {
    expect(scrub(`${TOKEN} ${TOKEN} ${SECRET}`)).toBe('[token] [token] [client secret]');
  });

  it.each([
    '{"event":"http.request","path":"/orders","status":200}',
    'http://localhost:3000/oauth2/token answered 503 to worker@host',
    'docs_cs_1 and cs_short are no secrets',
  ])('leaves %s as it is', (line) => {
    expect(scrub(line)).toBe(line);
  });
});
