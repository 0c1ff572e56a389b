import { describe, expect, it } from 'vitest';
import { KeySchedule, stateOf, type KeyState, type TimedKey } from './key-schedule.js';
import { SigningKeySettings } from './signing-key.settings.js';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const T0 = Date.UTC(2030, 0, 1);
/** The longest lifetime of an access token and a minute for clocks that differ. */
const RETENTION = 11 * MINUTE;

const settings = new SigningKeySettings('ES256', 30 * 86_400, 600);
const isAtHand = () => true;

describe('the state of a key', () => {
  const keys = new KeySchedule([aKey('old', T0), aKey('new', T0 + DAY)]);

  it.each<[string, number, KeyState]>([
    ['new', T0, 'announced'],
    ['new', T0 + DAY - 1, 'announced'],
    ['new', T0 + DAY, 'active'],
    ['new', T0 + 400 * DAY, 'active'],
    ['old', T0, 'active'],
    ['old', T0 + DAY - 1, 'active'],
    ['old', T0 + DAY, 'retiring'],
    ['old', T0 + DAY + RETENTION - 1, 'retiring'],
    ['old', T0 + DAY + RETENTION, 'retired'],
  ])('K06 of the %s one at %d is %s', (kid, now, state) => {
    expect(stateIn(keys, kid, now)).toBe(state);
  });

  it('is retired from its withdrawal on, whatever the clock of a replica says', () => {
    const withdrawn = new KeySchedule([{ ...aKey('a', T0), withdrawnAt: new Date(T0 + DAY) }]);

    expect(stateIn(withdrawn, 'a', T0 + DAY - 5 * MINUTE)).toBe('retired');
    expect(withdrawn.find('a')?.retiresAt).toBe(T0 + DAY);
  });

  it('is retired once its private half is gone, whatever the clock of a replica says', () => {
    const keys = new KeySchedule([wiped('a', T0), aKey('b', T0 + DAY)]);

    expect(stateIn(keys, 'a', T0 + 1)).toBe('retired');
    expect(stateIn(keys, 'b', T0 + 1)).toBe('announced');
  });

  it('is not changed by a successor that was withdrawn before its time', () => {
    const keys = new KeySchedule([
      aKey('a', T0),
      { ...aKey('b', T0 + DAY), withdrawnAt: new Date(T0 + DAY - 1) },
    ]);

    expect(stateIn(keys, 'a', T0 + 2 * DAY)).toBe('active');
    expect(keys.find('a')?.retiresAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('goes by the first successor, even if that was withdrawn later', () => {
    const keys = new KeySchedule([
      aKey('a', T0),
      { ...aKey('b', T0 + DAY), withdrawnAt: new Date(T0 + DAY + 5 * MINUTE) },
      aKey('c', T0 + DAY + 5 * MINUTE),
    ]);

    expect(keys.find('a')?.retiresAt).toBe(T0 + DAY + RETENTION);
    expect(stateIn(keys, 'c', T0 + DAY + 5 * MINUTE)).toBe('active');
  });
});

describe('the key to sign by', () => {
  const keys = new KeySchedule([aKey('old', T0), aKey('new', T0 + DAY)]);

  it('K04 is the old one up to the moment at which the new one takes over', () => {
    expect(keys.signer(T0 + DAY - 1, isAtHand)?.kid).toBe('old');
    expect(keys.signer(T0 + DAY, isAtHand)?.kid).toBe('new');
  });

  it('K06 is for one minute the old one where the new one is not at hand, and then none', () => {
    const withoutNew = ({ kid }: TimedKey) => kid !== 'new';

    expect(keys.signer(T0 + DAY + MINUTE - 1, withoutNew)?.kid).toBe('old');
    expect(keys.signer(T0 + DAY + MINUTE, withoutNew)).toBeUndefined();
  });

  it('is never an announced one while another is active, at hand or not', () => {
    expect(keys.signer(T0 + DAY - 1, ({ kid }) => kid === 'new')).toBeUndefined();
  });

  it('is the successor of a withdrawn one at once, even if our clock is behind', () => {
    const withdrawnAt = new Date(T0 + DAY);
    const keys = new KeySchedule([
      { ...aKey('leaked', T0), withdrawnAt },
      aKey('next', withdrawnAt.getTime()),
    ]);

    expect(keys.signer(T0 + DAY - 30_000, isAtHand)?.kid).toBe('next');
  });

  it('is the successor of a wiped one at once, even if its time has not come', () => {
    const keys = new KeySchedule([wiped('a', T0), aKey('next', T0 + DAY)]);

    expect(keys.signer(T0 + 1, isAtHand)?.kid).toBe('next');
  });

  it('is none where there is no key', () => {
    const none = new KeySchedule<TimedKey>([]);

    expect(none.signer(T0, isAtHand)).toBeUndefined();
  });
});

describe('rotation', () => {
  const keys = new KeySchedule([aKey('a', T0)]);
  const dueAt = T0 + 30 * DAY - 10 * MINUTE;

  it('is due one announcement before the end of the period', () => {
    expect(keys.isRotationDue(dueAt - 1, settings)).toBe(false);
    expect(keys.isRotationDue(dueAt, settings)).toBe(true);
    expect(keys.nextActivation(dueAt, settings)).toEqual(new Date(T0 + 30 * DAY));
  });

  it('K07 is not due while a key is announced', () => {
    const announced = new KeySchedule([aKey('a', T0), aKey('b', T0 + 30 * DAY)]);

    expect(announced.isRotationDue(T0 + 30 * DAY - 1, settings)).toBe(false);
  });

  it('is due at once for another algorithm, once the announced key has taken over', () => {
    const ps256 = new SigningKeySettings('PS256', 30 * 86_400, 600);
    const announced = new KeySchedule([aKey('a', T0), aKey('b', T0 + DAY)]);

    expect(keys.isRotationDue(T0, ps256)).toBe(true);
    expect(announced.isRotationDue(T0 + DAY - 1, ps256)).toBe(false);
    expect(announced.isRotationDue(T0 + DAY, ps256)).toBe(true);
  });

  it('is due where there is nothing to sign by, and then activates at once', () => {
    const none = new KeySchedule<TimedKey>([]);

    expect(none.isRotationDue(T0, settings)).toBe(true);
    expect(none.nextActivation(T0, settings)).toEqual(new Date(T0));
  });

  it('is due where the private half of the only key is gone, and then activates at once', () => {
    const keys = new KeySchedule([wiped('a', T0)]);

    expect(keys.isRotationDue(T0 + 1, settings)).toBe(true);
    expect(keys.nextActivation(T0 + 1, settings)).toEqual(new Date(T0 + 1));
  });
});

describe('the life of a random system', () => {
  it.each(Array.from({ length: 30 }, (_, seed) => seed))(
    'K04 K06 keeps each promise of the schedule (seed %d)',
    (seed) => {
      const random = randomFrom(seed);
      const [rotation, announcement] = pick<readonly [number, number]>(random, [
        [20, 10],
        [1_200, 600],
        [86_400, 300],
      ]);
      const settings = new SigningKeySettings('ES256', rotation, announcement);
      const life = new Life(settings);
      life.check();
      for (let step = 0; step < 200; step += 1) {
        if (random() < 0.05) life.withdraw(random);
        life.check();
        life.now += Math.floor(random() ** 4 * settings.rotationSeconds * 1_000);
        life.check();
      }
    },
  );
});

/** A system that does what the schedule says, and looks whether that is right. */
class Life {
  now = T0;
  private keys: TimedKey[] = [];
  private readonly publishedSince = new Map<string, number>();
  private readonly urgent = new Set<string>();
  /** When the last token of each key expires. */
  private readonly lastExpiry = new Map<string, number>();

  constructor(private readonly settings: SigningKeySettings) {}

  check(): void {
    const schedule = new KeySchedule(this.keys);
    if (schedule.isRotationDue(this.now, this.settings)) this.add(schedule);
    this.sign();
    this.verify();
  }

  withdraw(random: () => number): void {
    const key = pick(random, this.keys);
    if (key.withdrawnAt) return;
    this.keys = this.keys.map((other) =>
      other === key ? { ...key, withdrawnAt: new Date(this.now) } : other,
    );
    const schedule = new KeySchedule(this.keys);
    const [announced] = schedule.inState('announced', this.now);
    if (schedule.inState('active', this.now).length > 0) return;
    if (!announced) {
      this.add(schedule);
      return;
    }
    this.urgent.add(announced.key.kid);
    this.keys = this.keys.map((other) =>
      other === announced.key ? { ...other, activatesAt: new Date(this.now) } : other,
    );
  }

  private add(schedule: KeySchedule<TimedKey>): void {
    const kid = `key-${this.keys.length}`;
    const activatesAt = schedule.nextActivation(this.now, this.settings);
    if (activatesAt.getTime() === this.now) this.urgent.add(kid);
    this.keys.push(aKey(kid, activatesAt.getTime()));
    this.publishedSince.set(kid, this.now);
  }

  private sign(): void {
    const schedule = new KeySchedule(this.keys);
    const kid = schedule.signer(this.now, isAtHand)?.kid ?? expect.fail('there is no key');
    expect(schedule.inState('active', this.now).map(({ key }) => key.kid)).toEqual([kid]);
    expect(schedule.inState('announced', this.now).length).toBeLessThanOrEqual(1);
    if (!this.urgent.has(kid)) {
      const publishedFor = this.now - (this.publishedSince.get(kid) ?? NaN);
      expect(publishedFor).toBeGreaterThanOrEqual(this.settings.announcementSeconds * 1_000);
      expect(publishedFor).toBeGreaterThanOrEqual(2_000 * this.settings.keySetMaxAgeSeconds);
    }
    this.lastExpiry.set(kid, this.now + 600_000);
  }

  private verify(): void {
    for (const scheduled of new KeySchedule(this.keys).keys) {
      const { kid, withdrawnAt } = scheduled.key;
      const lastExpiry = this.lastExpiry.get(kid);
      const isRetired = stateOf(scheduled, this.now) === 'retired';
      if (withdrawnAt) expect(isRetired).toBe(true);
      else if (lastExpiry !== undefined && this.now <= lastExpiry) expect(isRetired).toBe(false);
    }
  }
}

function aKey(kid: string, activatesAt: number): TimedKey {
  return {
    kid,
    alg: 'ES256',
    activatesAt: new Date(activatesAt),
    withdrawnAt: null,
    sealedPrivateKey: Buffer.of(1),
  };
}

function wiped(kid: string, activatesAt: number): TimedKey {
  return { ...aKey(kid, activatesAt), sealedPrivateKey: null };
}

function stateIn(keys: KeySchedule<TimedKey>, kid: string, now: number): KeyState {
  return stateOf(keys.find(kid) ?? expect.fail('there is no such key'), now);
}

/** The same numbers for the same seed, from 0 to 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(random: () => number, from: readonly T[]): T {
  const [picked] = from.slice(Math.floor(random() * from.length));
  return picked ?? expect.fail('there is nothing to pick from');
}
