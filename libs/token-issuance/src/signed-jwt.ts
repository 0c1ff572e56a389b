import { sign, type KeyObject } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { derToJose } from 'ecdsa-sig-formatter';
import type { SigningAlgorithm, SigningKey } from './signing-key.js';

/** The header of a signed JWT (RFC 7515 4.1). `typ` keeps one kind of JWT from being taken for another (RFC 8725 3.11). */
export interface JwtHeader<Typ extends string> {
  readonly alg: SigningAlgorithm;
  readonly typ: Typ;
  readonly kid: string;
}

export interface SignedJwt<Typ extends string> {
  /** In compact form (RFC 7515 3.1). */
  readonly jwt: string;
  readonly header: JwtHeader<Typ>;
}

// jsonwebtoken refuses to sign without a key; ours comes with each call, as it changes with rotation.
const jwtService = new JwtService();

/**
 * Signs claims as a JWT (RFC 7519 7.1).
 *
 * @param claims `iat` among them; nothing is added.
 */
export function signJwt<Typ extends string>(
  typ: Typ,
  claims: object & { readonly iat: number },
  { alg, kid, privateKey }: SigningKey,
): SignedJwt<Typ> {
  const header: JwtHeader<Typ> = { alg, typ, kid };
  return { jwt: compact(header, claims, privateKey), header };
}

function compact(
  header: JwtHeader<string>,
  claims: object & { readonly iat: number },
  privateKey: KeyObject,
): string {
  const { alg: algorithm } = header;
  switch (algorithm) {
    case 'ES256':
    case 'EdDSA':
      return signWithCurve(algorithm, header, claims, privateKey);
    // What a signature by RSA takes hides all else about it.
    case 'PS256':
    case 'RS256':
      return jwtService.sign(claims, { algorithm, privateKey, header: { ...header } });
  }
}

/** By Node.js itself: jsonwebtoken knows no EdDSA, and takes as long around an ES256 signature as for it (see decision record 0032). */
function signWithCurve(
  alg: 'ES256' | 'EdDSA',
  header: object,
  claims: object,
  privateKey: KeyObject,
): string {
  const signingInput = `${encode(header)}.${encode(claims)}`;
  const input = Buffer.from(signingInput);
  const signature =
    alg === 'ES256'
      ? // Node.js can give this form by itself (`dsaEncoding`), and takes twice as long.
        derToJose(sign('sha256', input, privateKey), alg)
      : sign(null, input, privateKey).toString('base64url');
  return `${signingInput}.${signature}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
