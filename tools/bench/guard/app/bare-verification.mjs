import { Buffer } from 'node:buffer';
import { createPublicKey, verify } from 'node:crypto';

const publicKey = () =>
  createPublicKey({ key: JSON.parse(process.env['BENCH_PUBLIC_KEY']), format: 'jwk' });
let key;

/** The signature of a bearer token, and nothing else: no claim is read. @throws if it is not good. */
export function verifyBare(authorization) {
  key ??= { key: publicKey(), dsaEncoding: 'ieee-p1363' };
  const token = authorization.slice('Bearer '.length);
  const dot = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(dot + 1), 'base64url');
  if (!verify('sha256', Buffer.from(token.slice(0, dot)), key, signature))
    throw new Error('refused');
}
