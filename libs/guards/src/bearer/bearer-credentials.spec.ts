import { describe, expect, it } from 'vitest';
import { bearerCredentials } from './bearer-credentials.js';

const from = (authorization?: string) => bearerCredentials({ headers: { authorization } });

describe('the bearer credentials of a request', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])('R01 are taken after the scheme %s', (scheme) => {
    expect(from(`${scheme} a.b.c`)).toEqual({ kind: 'token', token: 'a.b.c' });
  });

  it.each([undefined, '', 'Basic YTpi', 'Bearertoken', 'Digest username="x", realm="y"'])(
    'R02 are not there in %s',
    (header) => {
      expect(from(header)).toEqual({ kind: 'none' });
    },
  );

  it.each(['Bearer', 'Bearer a b', 'Bearer a,b', 'Bearer ü', 'Bearer "a"'])(
    'R03 are malformed in %s',
    (header) => {
      expect(from(header)).toEqual({ kind: 'malformed' });
    },
  );

  it('R16 are ambiguous in two headers', () => {
    const rawHeaders = ['Authorization', 'Bearer a', 'Host', 'x', 'authorization', 'Bearer b'];

    expect(
      bearerCredentials({ headers: { authorization: 'Bearer a' }, raw: { rawHeaders } }),
    ).toEqual({ kind: 'ambiguous' });
  });
});
