import { accessTokenClaims, type TestSigningKey } from '@m2m/testing';
import { createHmac, createPublicKey } from 'node:crypto';
import type { JWTPayload } from 'jose';

type Header = Readonly<Record<string, unknown>>;

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs a header and claims by ES256 with nothing checked, unlike a library for tokens. */
export async function signAnything(
  key: TestSigningKey,
  header: Header,
  claims: JWTPayload,
): Promise<string> {
  const input = `${encode({ alg: 'ES256', kid: key.kid, typ: 'at+jwt', ...header })}.${encode(claims)}`;
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(algorithm, key.privateKey, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

/** A token without a signature that claims to need none. */
export function unsigned(alg: string, claims: JWTPayload): string {
  return `${encode({ alg, typ: 'at+jwt' })}.${encode(claims)}.`;
}

/** Tokens authenticated by HS256 whose secret is the public key, in each form it is handed around in. */
export function keyedWithPublicKey(key: TestSigningKey, claims: JWTPayload): string[] {
  const publicKey = createPublicKey({ key: key.publicJwk, format: 'jwk' });
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const secrets = [
    pem,
    pem.trimEnd(),
    publicKey.export({ format: 'der', type: 'spki' }),
    JSON.stringify(key.publicJwk),
    Buffer.from(key.publicJwk.x ?? '', 'base64url'),
  ];
  const input = `${encode({ alg: 'HS256', kid: key.kid, typ: 'at+jwt' })}.${encode(claims)}`;
  return secrets.map((secret) => {
    const signature = createHmac('sha256', secret).update(input).digest('base64url');
    return `${input}.${signature}`;
  });
}

/** The claims of a good token that reads orders. */
export function goodClaims(iss: string, aud: string): JWTPayload {
  return accessTokenClaims({ iss, aud, scope: 'orders:read' });
}

/** A token with one character of its payload replaced, so that it still decodes. */
export function withChangedPayload(token: string): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const claims = Buffer.from(payload, 'base64url').toString();
  const changed = claims.replace('"scope":"orders:read"', '"scope":"orders:bill"');
  if (changed === claims) throw new Error('the payload was to be changed');
  return [header, Buffer.from(changed).toString('base64url'), signature].join('.');
}
