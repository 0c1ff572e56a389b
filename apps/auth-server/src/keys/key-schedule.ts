import type { SigningAlgorithm } from '@m2m/token-issuance';
import { LONGEST_ACCESS_TOKEN_LIFETIME_SECONDS } from '../auth-server.settings.js';
import type { SigningKeySettings } from './signing-key.settings.js';

/**
 * What a key is used for at a moment. It follows from stored times, so that replicas agree on it without
 * any of them having to say so.
 *
 * - `announced`: published, but nothing is signed by it yet;
 * - `active`: tokens are signed by it;
 * - `retiring`: published for the tokens that it has signed;
 * - `retired`: not published any more. So is one whose private half is gone, whatever a clock says: nobody
 *   can sign by it or publish it, and another one has to take over.
 */
export type KeyState = 'announced' | 'active' | 'retiring' | 'retired';

/** What is stored of a key that says when it is used, and for what. */
export interface TimedKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly activatesAt: Date;
  /** When it was withdrawn in an emergency. */
  readonly withdrawnAt: Date | null;
  /** Null once the key is retired: nobody needs it any more. */
  readonly sealedPrivateKey: Buffer | null;
}

/** A key among the others. Times are milliseconds since the epoch. */
export interface ScheduledKey<Key extends TimedKey> {
  readonly key: Key;
  readonly activatesAt: number;
  /** When the next key takes over; infinity while none is known. */
  readonly supersededAt: number;
  /** When it leaves the published keys; infinity while that is not known. */
  readonly retiresAt: number;
}

/** By how much the clocks of replicas and resource servers may differ. */
const CLOCK_MARGIN_MS = 60_000;
/** For how long a key stays published after its last token: until that has expired everywhere. */
const RETENTION_MS = LONGEST_ACCESS_TOKEN_LIFETIME_SECONDS * 1_000 + CLOCK_MARGIN_MS;

export function stateOf(scheduled: ScheduledKey<TimedKey>, now: number): KeyState {
  const { key, activatesAt, supersededAt, retiresAt } = scheduled;
  if (key.withdrawnAt !== null || key.sealedPrivateKey === null) return 'retired';
  if (now >= retiresAt) return 'retired';
  if (now < activatesAt) return 'announced';
  return now < supersededAt ? 'active' : 'retiring';
}

/** All keys in the order in which they are used. */
export class KeySchedule<Key extends TimedKey> {
  /** The newest first. */
  readonly keys: readonly ScheduledKey<Key>[];

  constructor(keys: readonly Key[]) {
    let supersededAt = Number.POSITIVE_INFINITY;
    this.keys = keys.toSorted(byActivation).map((key) => {
      const activatesAt = key.activatesAt.getTime();
      const retiresAt = key.withdrawnAt?.getTime() ?? supersededAt + RETENTION_MS;
      const scheduled = { key, activatesAt, supersededAt, retiresAt };
      if (takesOver(key)) supersededAt = activatesAt;
      return scheduled;
    });
  }

  find(kid: string): ScheduledKey<Key> | undefined {
    return this.keys.find(({ key }) => key.kid === kid);
  }

  /** The keys in a state. @param now milliseconds since the epoch. */
  inState(state: KeyState, now: number): ScheduledKey<Key>[] {
    return this.keys.filter((scheduled) => stateOf(scheduled, now) === state);
  }

  /**
   * The key to sign by: the newest that is active and at hand. One that has just been superseded will do,
   * as long as whatever it signs expires before it leaves the published keys.
   *
   * @param now milliseconds since the epoch.
   * @param isAtHand whether this replica has the private half of a key.
   */
  signer(now: number, isAtHand: (key: Key) => boolean): Key | undefined {
    const signer = this.keys.find(
      (scheduled) => maySign(scheduled, now) && isAtHand(scheduled.key),
    );
    return (signer ?? this.nextInLine(now, isAtHand))?.key;
  }

  /** Whether the next key has to be made now. @param now milliseconds since the epoch. */
  isRotationDue(now: number, settings: SigningKeySettings): boolean {
    if (this.inState('announced', now).length > 0) return false;
    const [active] = this.inState('active', now);
    if (!active || active.key.alg !== settings.algorithm) return true;
    const announcedFor = settings.rotationSeconds - settings.announcementSeconds;
    return now >= active.activatesAt + announcedFor * 1_000;
  }

  /**
   * When a key that is made now is to be signed by: after its announcement, or at once where there is
   * nothing else to sign by.
   *
   * @param now milliseconds since the epoch.
   */
  nextActivation(now: number, { announcementSeconds }: SigningKeySettings): Date {
    const isUrgent = this.inState('active', now).length === 0;
    return new Date(isUrgent ? now : now + announcementSeconds * 1_000);
  }

  // Where the active key was withdrawn or wiped while our clock is behind that of the database, its successor
  // seems to be of the future here.
  private nextInLine(now: number, isAtHand: (key: Key) => boolean): ScheduledKey<Key> | undefined {
    if (this.inState('active', now).length > 0) return undefined;
    return this.inState('announced', now).findLast(({ key }) => isAtHand(key));
  }
}

function maySign(scheduled: ScheduledKey<TimedKey>, now: number): boolean {
  const { activatesAt, supersededAt } = scheduled;
  if (now < activatesAt || now >= supersededAt + CLOCK_MARGIN_MS) return false;
  return stateOf(scheduled, now) !== 'retired';
}

/** Whether tokens are or were signed by it, as opposed to one that was withdrawn before its time. */
function takesOver({ activatesAt, withdrawnAt }: TimedKey): boolean {
  return withdrawnAt === null || withdrawnAt > activatesAt;
}

function byActivation(a: TimedKey, b: TimedKey): number {
  const later = b.activatesAt.getTime() - a.activatesAt.getTime();
  return later !== 0 ? later : a.kid < b.kid ? 1 : -1;
}
