import type { TimedKey } from './key-schedule.js';

/** A signing key as it is stored: its times, and its private half encrypted. */
export interface StoredSigningKey extends TimedKey {
  /** The name of the key-encryption key; null for what was sealed before these had names. */
  readonly kekId: string | null;
  readonly createdAt: Date;
}
