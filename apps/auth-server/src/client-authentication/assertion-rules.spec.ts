import { describe, expect, it } from 'vitest';
import { faultOfAssertion } from './assertion-rules.js';
import type { ClientAssertion } from './client-assertion.js';

const ISSUER = 'https://issuer.example';
const NOW = 1_900_000_000;

const good = { iss: 'c', sub: 'c', aud: ISSUER, exp: NOW + 60, iat: NOW, nbf: NOW, jti: 'a' };

type Changes = Readonly<Record<string, unknown>>;

describe('faultOfAssertion', () => {
  it.each([
    ['all claims', {}],
    ['no iat and no nbf', { iat: undefined, nbf: undefined }],
    ['the longest lifetime (P11)', { exp: NOW + 300 }],
    ['the longest lifetime, by a clock that is ahead', { exp: NOW + 310, iat: NOW + 10 }],
    ['a clock that is 10 s ahead (P08)', { iat: NOW + 10, nbf: NOW + 10 }],
    ['a clock that is far behind', { iat: NOW - 59, nbf: NOW - 59, exp: NOW + 1 }],
    ['fractions of seconds', { exp: NOW + 0.5, iat: NOW - 0.5 }],
    ['claims that are not known here', { scope: 'x', aud_: 1 }],
    ['the longest jti', { jti: 'j'.repeat(255) }],
  ])('finds nothing wrong with %s', (_kind, claims) => {
    expect(faultOf({ claims })).toBeUndefined();
  });

  it.each<[string, Changes]>([
    ['ES256', { alg: 'ES256' }],
    ['PS256', { alg: 'PS256' }],
    ['EdDSA', { alg: 'EdDSA' }],
    ['EdDSA by its new name', { alg: 'Ed25519' }],
    ['no type', { typ: undefined }],
    ['the type of libraries', { typ: 'JWT' }],
    ['the type of rfc7523bis', { typ: 'client-authentication+jwt' }],
    ['its long form', { typ: 'application/Client-Authentication+JWT' }],
    [
      'keys of its own, which are not looked at (P13)',
      { jwk: {}, jku: 'https://a.example', x5u: 1 },
    ],
  ])('takes a header with %s', (_kind, header) => {
    expect(faultOf({ header })).toBeUndefined();
  });

  it.each<[string, Changes, string]>([
    ['no algorithm (P09)', { alg: undefined }, 'algorithm_not_allowed'],
    ['alg none (P09)', { alg: 'none' }, 'algorithm_not_allowed'],
    ['RS256 (P09)', { alg: 'RS256' }, 'algorithm_not_allowed'],
    ['HS256 (P09)', { alg: 'HS256' }, 'algorithm_not_allowed'],
    ['ES384', { alg: 'ES384' }, 'algorithm_not_allowed'],
    ['another letter case', { alg: 'es256' }, 'algorithm_not_allowed'],
    ['a list of algorithms', { alg: ['ES256'] }, 'algorithm_not_allowed'],
    ['a name that every object has', { alg: 'constructor' }, 'algorithm_not_allowed'],
    ['the type of an access token', { typ: 'at+jwt' }, 'wrong_type'],
    ['the type of a proof', { typ: 'dpop+jwt' }, 'wrong_type'],
    ['an empty type', { typ: '' }, 'wrong_type'],
    ['a type that is no text', { typ: 7 }, 'wrong_type'],
    ['an extension that must be understood', { crit: ['b64'], b64: true }, 'critical_extension'],
    ['an empty list of extensions', { crit: [] }, 'critical_extension'],
  ])('refuses a header with %s', (_kind, header, fault) => {
    expect(faultOf({ header })).toBe(fault);
  });

  it.each<[string, Changes, string]>([
    ['no iss (P04)', { iss: undefined }, 'wrong_issuer'],
    ['no sub (P04)', { sub: undefined }, 'wrong_issuer'],
    ['another iss than sub (P04)', { iss: 'other' }, 'wrong_issuer'],
    ['no aud (P06)', { aud: undefined }, 'wrong_audience'],
    ['a foreign aud (P06)', { aud: 'https://other.example' }, 'wrong_audience'],
    ['the token endpoint as aud (P07)', { aud: `${ISSUER}/oauth2/token` }, 'wrong_audience'],
    ['a slash after the issuer (P07)', { aud: `${ISSUER}/` }, 'wrong_audience'],
    ['several audiences (P07)', { aud: [ISSUER, 'https://other.example'] }, 'wrong_audience'],
    ['the issuer in a list (P07)', { aud: [ISSUER] }, 'wrong_audience'],
    ['no exp (P05)', { exp: undefined }, 'claim_missing_or_invalid'],
    ['an exp that is no number (P05)', { exp: `${NOW + 60}` }, 'claim_missing_or_invalid'],
    ['an exp that is now (P05)', { exp: NOW }, 'expired'],
    ['a past exp (P05)', { exp: NOW - 300 }, 'expired'],
    ['a lifetime of six minutes (P11)', { exp: NOW + 360 }, 'too_long_lived'],
    ['a lifetime of an hour (P11)', { exp: NOW + 3_600 }, 'too_long_lived'],
    ['no end at all (P11)', { exp: Number.POSITIVE_INFINITY }, 'too_long_lived'],
    ['an iat 61 s ahead (P08)', { iat: NOW + 61 }, 'not_yet_valid'],
    ['an nbf 61 s ahead (P08)', { nbf: NOW + 61 }, 'not_yet_valid'],
    ['an iat that is no number', { iat: `${NOW}` }, 'claim_missing_or_invalid'],
    ['an nbf that is no number', { nbf: null }, 'claim_missing_or_invalid'],
    ['no jti (P10)', { jti: undefined }, 'claim_missing_or_invalid'],
    ['an empty jti (P10)', { jti: '' }, 'claim_missing_or_invalid'],
    ['an endless jti', { jti: 'j'.repeat(256) }, 'claim_missing_or_invalid'],
    ['a jti that is no text', { jti: 7 }, 'claim_missing_or_invalid'],
  ])('refuses claims with %s', (_kind, claims, fault) => {
    expect(faultOf({ claims })).toBe(fault);
  });

  function faultOf({ header = {}, claims = {} }: { header?: Changes; claims?: Changes }) {
    const assertion: ClientAssertion = {
      jwt: '',
      clientId: 'c',
      header: { alg: 'ES256', ...header },
      claims: { ...good, ...claims },
    };
    return faultOfAssertion(assertion, ISSUER, NOW);
  }
});
