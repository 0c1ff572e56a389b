import { describe, expect, it } from 'vitest';
import { scrub } from './scrub.js';

const TOKEN = 'eyJhbGciOiJFUzI1NiIsImtpZCI6ImEtYl9jIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl_-';
const SECRET = 'cs_0123456789-abcdefghij_ABCDEFGHIJ0123456789a';
const REGISTRATION_TOKEN = 'rat_0123456789-abcdefghij_ABCDEFGHIJ0123456789a';
/** Of each part of a token: longer than any that is meant to be one. */
const LONG_PART = 'A'.repeat(5_000);
/** Those that JSON escapes, and that may stand in front of anything. */
const ESCAPED = [
  ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)),
  '"',
  '\\',
];

describe('scrub', () => {
  it.each([
    ['a token', `got ${TOKEN}.`, 'got eyJ[token].'],
    ['an unsigned token', 'got eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.', 'got eyJ[token]'],
    ['a generated client secret', `"a":"${SECRET}"`, '"a":"cs_[client secret]"'],
    [
      'a registration access token',
      `got ${REGISTRATION_TOKEN}`,
      'got rat_[registration access token]',
    ],
    ['a token with an endless header', `got eyJ${LONG_PART}.eyJh.c2ln`, 'got eyJ[token]'],
    ['a token with endless claims', `got eyJh.${LONG_PART}.c2ln`, 'got eyJ[token]'],
    ['an endless token without an end', `"eyJh.${LONG_PART}"`, '"eyJ[token]"'],
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
    expect(scrub(`${TOKEN} ${TOKEN} ${SECRET}`)).toBe('eyJ[token] eyJ[token] cs_[client secret]');
  });

  it.each([
    TOKEN,
    SECRET,
    REGISTRATION_TOKEN,
    'Basic dXNlcjpwYXNzd29yZA==',
    'client_secret=hunter2hunter2',
    '{"client_secret":"hunter2hunter2"}',
    'postgres://orders:p%40ss@db:5432/orders',
  ])('leaves JSON what it was, whatever escape stands in front of %s or a part of it', (text) => {
    for (const character of ESCAPED) {
      for (let start = 0; start < text.length; start++) {
        const value = character + text.slice(start);
        const line = JSON.stringify({ [value]: value, list: [value, value] });

        const clean = scrub(line);

        const parse = () => Object.keys(JSON.parse(clean) as object);
        expect(parse, `${line} became ${clean}`).not.toThrow();
        expect(parse().at(-1)).toBe('list');
      }
    }
  });

  it.each([
    ['one run of the beginnings of tokens', 'eyJ'.repeat(100_000)],
    ['many of them', `${'eyJ'.repeat(80)} `.repeat(1_000)],
    ['many with a second part', `${'eyJ'.repeat(80)}.${'A'.repeat(200)} `.repeat(500)],
  ])('takes time in proportion to %s', (_kind, text) => {
    expect(scrub(text)).toBeTypeOf('string');
  });

  it.each([
    '{"event":"http.request","path":"/orders","status":200}',
    'http://localhost:3000/oauth2/token answered 503 to worker@host',
    'docs_cs_1 and cs_short are no secrets',
  ])('leaves %s as it is', (line) => {
    expect(scrub(line)).toBe(line);
  });
});
