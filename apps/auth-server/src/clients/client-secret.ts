import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { StoredSecret } from './registered-client.js';

const SECRET_BYTES = 32;
/** Makes a secret recognisable to scanners that look for leaked ones. */
const PREFIX = 'cs_';
const HINT_CHARACTERS = 4;

/** Makes a client secret of 256 random bits. Secrets are never chosen by people. */
export function generateClientSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

/**
 * The form a secret is stored in. One round of SHA-256 is enough for 256 random bits: slow hashes exist
 * for passwords that can be guessed (see decision record 0004).
 */
export function digestClientSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** What people may see of a secret, to tell theirs apart: 24 of its 256 bits. */
export function hintOf(secret: string): string {
  return secret.slice(-HINT_CHARACTERS);
}

const NOBODYS_SECRET: StoredSecret = { secretId: '', digest: randomBytes(32), expiresAt: 0 };

/**
 * Finds which of a client's live secrets is the presented one. Takes the same time whether there are any
 * or none, and whichever it is.
 *
 * @param now milliseconds since the epoch.
 */
export function matchingSecret(
  presented: string,
  secrets: readonly StoredSecret[],
  now: number,
): StoredSecret | undefined {
  const digest = digestClientSecret(presented);
  let matching: StoredSecret | undefined;
  for (const secret of secrets.length > 0 ? secrets : [NOBODYS_SECRET]) {
    if (timingSafeEqual(digest, secret.digest) && now < secret.expiresAt) matching = secret;
  }
  return matching;
}
