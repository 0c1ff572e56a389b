import { sign, type KeyObject } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
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
  const jwt =
    alg === 'EdDSA'
      ? signWithEd25519(header, claims, privateKey)
      : jwtService.sign(claims, { algorithm: alg, privateKey, header: { ...header } });
  return { jwt, header };
}

// jsonwebtoken knows no EdDSA.
function signWithEd25519(header: object, claims: object, privateKey: KeyObject): string {
  const signingInput = `${encode(header)}.${encode(claims)}`;
  const signature = sign(null, Buffer.from(signingInput), privateKey);
  return `${signingInput}.${signature.toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
