import { randomFillSync } from 'node:crypto';

/** How many are drawn at once: asking the system for each takes twenty times as long as all else about it. */
const DRAWN_AT_ONCE = 128;

/** Identifiers that nobody may guess, each given out once. */
export class RandomIdentifiers {
  private readonly drawn: Buffer;
  private next: number;

  /** @param bytes how many random bytes each has. */
  constructor(private readonly bytes: number) {
    this.drawn = Buffer.alloc(bytes * DRAWN_AT_ONCE);
    this.next = this.drawn.length;
  }

  /** In base64url. */
  take(): string {
    if (this.next === this.drawn.length) {
      randomFillSync(this.drawn);
      this.next = 0;
    }
    const start = this.next;
    this.next += this.bytes;
    return this.drawn.toString('base64url', start, this.next);
  }
}
