import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const SECRET_BYTES = 32;
/** Makes a secret recognisable to scanners that look for leaked ones. */
const PREFIX = 'cs_';

/** Makes a client secret of 256 random bits. Secrets are never chosen by people. */
export function generateClientSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

/**
 * The form a secret is stored in. One round of SHA-256 is enough for 256 random bits: slow hashes exist
 * for passwords that can be guessed (see decision record 0004).
 */
export function digestClientSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

const NO_DIGEST = randomBytes(32);

/**
 * Whether a secret is one of those with the given digests. Takes the same time whether there are such
 * digests or none, and whichever matches.
 */
export function secretMatches(secret: string, digests: readonly Buffer[]): boolean {
  const presented = digestClientSecret(secret);
  let matches = false;
  for (const digest of digests.length > 0 ? digests : [NO_DIGEST]) {
    matches = timingSafeEqual(presented, digest) || matches;
  }
  return matches;
}
