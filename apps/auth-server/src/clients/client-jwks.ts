import { isLoopback } from '@m2m/service-defaults';
import type { JWK } from 'jose';
import { z } from 'zod';
import { readClientKey } from '../client-keys/client-key.js';

const MOST_KEYS = 20;
const LONGEST_URI = 2_000;
const URI_CHARACTERS = /^[\x21-\x7e]*$/;

const clientJwk = z.record(z.string(), z.unknown()).transform((jwk, context): JWK => {
  try {
    return publicMembers(jwk);
  } catch (error) {
    context.addIssue((error as Error).message);
    return z.NEVER;
  }
});

/**
 * The keys a client registers (`jwks` of RFC 7591 2): 1 to 20 public ones for ES256, PS256 or EdDSA, no two
 * of them with the same `kid`. What is no part of a public key is left out.
 */
export const clientJwks = z
  .object({
    keys: z
      .array(clientJwk)
      .min(1, 'must hold a key')
      .max(MOST_KEYS, `must hold at most ${MOST_KEYS} keys`),
  })
  .refine(({ keys }) => haveDistinctKids(keys), 'must hold no two keys with the same kid');

/**
 * Where a client publishes its keys (`jwks_uri` of RFC 7591 2). Plain HTTP is for loopback addresses only,
 * and these are fetched from only where the configuration allows private addresses.
 */
export const clientJwksUri = z
  .string()
  .max(LONGEST_URI, `must have at most ${LONGEST_URI} characters`)
  .regex(URI_CHARACTERS, 'must hold no blanks and nothing beyond ASCII')
  .superRefine((value, context) => {
    const fault = URL.canParse(value) ? faultOf(new URL(value)) : 'must be an absolute https URL';
    if (fault !== undefined) context.addIssue(fault);
  });

function faultOf({ protocol, hostname, username, password, hash }: URL): string | undefined {
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname))) {
    return 'must use https (http is accepted for loopback addresses only)';
  }
  if (username || password) return 'must hold no credentials';
  return hash ? 'must have no fragment' : undefined;
}

function haveDistinctKids(keys: readonly JWK[]): boolean {
  const kids = keys.flatMap(({ kid }) => kid ?? []);
  return new Set(kids).size === kids.length;
}

// The key itself as it was understood, so that nothing is stored that a lenient parser has skipped.
function publicMembers(given: Readonly<Record<string, unknown>>): JWK {
  const { kid, publicKey } = readClientKey(given);
  const { alg, use } = given as JWK;
  return {
    ...(publicKey.export({ format: 'jwk' }) as JWK),
    ...(kid !== undefined && { kid }),
    ...(alg !== undefined && { alg }),
    ...(use !== undefined && { use }),
  };
}
