import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;
/** Makes a token recognisable to scanners that look for leaked ones. */
const PREFIX = 'rat_';
const NOBODYS_DIGEST = randomBytes(32);

/** Makes a registration access token (RFC 7592 1.2) of 256 random bits. */
export function generateRegistrationToken(): string {
  return PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
}

/** The form a registration access token is stored in; decision record 0004 says why it is enough. */
export function digestRegistrationToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/**
 * Whether a token is the one with this digest. Takes the same time where there is none.
 *
 * @param digest null or undefined where there is no client or it was registered in another way.
 */
export function isRegistrationToken(token: string, digest: Buffer | null | undefined): boolean {
  return timingSafeEqual(digestRegistrationToken(token), digest ?? NOBODYS_DIGEST);
}
