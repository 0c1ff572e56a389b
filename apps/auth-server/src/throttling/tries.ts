import { LRUCache } from 'lru-cache';

const MINUTE_MS = 60_000;
const REMEMBERED_KEYS = 10_000;

/** A minute that began with the first try, and how many have been taken in it. */
export interface TriesOfMinute {
  taken: number;
  readonly endsAt: number;
}

/**
 * The tries that each key has in a minute, in this process. They are taken before anything is waited for: how
 * many have failed the database says only later, and a burst would be over by then.
 */
export class Tries {
  private readonly minutes = new LRUCache<string, TriesOfMinute>({ max: REMEMBERED_KEYS });
  private lastShortageEndsAt = 0;

  /**
   * @param limit how many there are in a minute.
   * @param now milliseconds of a clock that never goes back.
   */
  constructor(
    private readonly limit: number,
    private readonly now: () => number,
  ) {}

  /** Whether there may be a key that has none left. */
  get areShort(): boolean {
    return this.now() < this.lastShortageEndsAt;
  }

  /** For how many milliseconds a key has none left; 0 if it has. */
  shortageOf(key: string): number {
    const minute = this.minuteOf(key);
    return minute && minute.taken >= this.limit ? minute.endsAt - this.now() : 0;
  }

  /** @returns the minute, in which the try can be given back. */
  take(key: string): TriesOfMinute {
    const minute = this.minuteOf(key) ?? this.beginMinute(key);
    minute.taken += 1;
    if (minute.taken >= this.limit) {
      this.lastShortageEndsAt = Math.max(this.lastShortageEndsAt, minute.endsAt);
    }
    return minute;
  }

  private minuteOf(key: string): TriesOfMinute | undefined {
    const minute = this.minutes.get(key);
    return minute && this.now() < minute.endsAt ? minute : undefined;
  }

  private beginMinute(key: string): TriesOfMinute {
    const minute = { taken: 0, endsAt: this.now() + MINUTE_MS };
    this.minutes.set(key, minute);
    return minute;
  }
}
