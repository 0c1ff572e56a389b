import { signingAlgorithms } from '@m2m/token-issuance';
import { z } from 'zod';
import { stateOf, type ScheduledKey } from './key-schedule.js';
import type { StoredSigningKey } from './stored-signing-key.js';

const time = z.iso.datetime();

/** A signing key, as the admin API shows it. */
export const signingKey = z.object({
  kid: z.string(),
  alg: z.enum(signingAlgorithms),
  state: z.enum(['announced', 'active', 'retiring', 'retired']),
  created_at: time,
  /** From when on it is signed by. */
  activates_at: time,
  /** When it leaves the published keys; null while that is not known. */
  retires_at: time.nullable(),
  withdrawn_at: time.nullable(),
});

export type SigningKeyRepresentation = z.output<typeof signingKey>;

export const signingKeyList = z.object({
  items: z.array(signingKey),
  /** There are few keys: all are on the first page. */
  nextCursor: z.null(),
});

export type SigningKeyList = z.output<typeof signingKeyList>;

/** @param now milliseconds since the epoch. */
export function representSigningKey(
  scheduled: ScheduledKey<StoredSigningKey>,
  now: number,
): SigningKeyRepresentation {
  const { key, retiresAt } = scheduled;
  return {
    kid: key.kid,
    alg: key.alg,
    state: stateOf(scheduled, now),
    created_at: key.createdAt.toISOString(),
    activates_at: key.activatesAt.toISOString(),
    retires_at: Number.isFinite(retiresAt) ? new Date(retiresAt).toISOString() : null,
    withdrawn_at: key.withdrawnAt?.toISOString() ?? null,
  };
}
