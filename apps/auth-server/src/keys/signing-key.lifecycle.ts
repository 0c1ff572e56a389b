import { Problem } from '@m2m/service-defaults';
import { generateSigningKey, type SigningKey } from '@m2m/token-issuance';
import type { KeyEncryptionKeys } from './key-encryption-keys.js';
import { stateOf, type KeySchedule, type ScheduledKey } from './key-schedule.js';
import type { SigningKeyEvents } from './signing-key.events.js';
import type { SigningKeySettings } from './signing-key.settings.js';
import type { SigningKeyStore, SigningKeyTable } from './signing-key.store.js';
import type { StoredSigningKey } from './stored-signing-key.js';

const SYSTEM = 'system';

/**
 * Makes signing keys, replaces them and takes them out of use. However many replicas do so at once, each
 * change is made once, and goes by the database's clock: that of a replica may be ahead. What cannot be
 * undone has to be time for by both clocks.
 *
 * A new key is generated before the lock is taken, even if it may turn out not to be needed: with RSA that
 * can take seconds.
 */
export class SigningKeyLifecycle {
  /** @param now milliseconds since the epoch, by the clock of this replica. */
  constructor(
    private readonly store: SigningKeyStore,
    private readonly keyEncryptionKeys: KeyEncryptionKeys,
    private readonly settings: SigningKeySettings,
    private readonly events: SigningKeyEvents,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * What is to be done at the start of a replica: keys are encrypted by the current key-encryption key, and
   * there is a key to sign by.
   *
   * @throws Error if the stored keys cannot be decrypted.
   */
  async begin(): Promise<void> {
    await this.store.exclusively((table) => this.reencrypt(table));
    await this.rotateIfDue(await this.store.read());
  }

  /** Makes the next key if it is time to. @param known the keys as this replica knows them. */
  async rotateIfDue(known: KeySchedule<StoredSigningKey>): Promise<void> {
    if (!known.isRotationDue(await this.store.now(), this.settings)) return;
    const next = await this.generate();
    await this.store.exclusively(async (table) => {
      const keys = await table.read();
      if (!keys.isRotationDue(table.now, this.settings)) return;
      await this.add(next, keys, table, SYSTEM);
    });
  }

  /**
   * Makes the next key now, and returns it.
   *
   * @param actor the client_id of who asked for it.
   * @throws Problem 409 if the next key is announced already.
   */
  async rotate(actor: string): Promise<ScheduledKey<StoredSigningKey>> {
    const next = await this.generate();
    return this.store.exclusively(async (table) => {
      const keys = await table.read();
      if (keys.inState('announced', table.now).length > 0) throw alreadyAnnounced();
      await this.add(next, keys, table, actor);
      return keyIn(await table.read(), next.kid);
    });
  }

  /**
   * Withdraws a key at once, and returns it: what it has signed is not good any more. Where it was the
   * active one, the announced key takes over, or a new one. A key that is retired stays as it is.
   *
   * @param actor the client_id of who asked for it.
   * @throws Problem 404 if there is no such key.
   */
  async withdraw(kid: string, actor: string): Promise<ScheduledKey<StoredSigningKey>> {
    const spare = await this.generate();
    return this.store.exclusively(async (table) => {
      const found = keyIn(await table.read(), kid);
      if (stateOf(found, this.earlierNow(table)) === 'retired') return found;
      await table.change(kid, { withdrawnAt: new Date(table.now), ...WIPED });
      await this.events.record(table.manager, 'signing_key.withdrawn', found.key, actor);
      await this.ensureActive(spare, table, actor);
      return keyIn(await table.read(), kid);
    });
  }

  /** Deletes the private halves of retired keys. @param known the keys as this replica knows them. */
  async wipeRetired(known: KeySchedule<StoredSigningKey>): Promise<void> {
    if (toWipe(known, this.now()).length === 0) return;
    await this.store.exclusively(async (table) => {
      for (const { key } of toWipe(await table.read(), this.earlierNow(table))) {
        await table.change(key.kid, WIPED);
        await this.events.record(table.manager, 'signing_key.retired', key, SYSTEM);
      }
    });
  }

  /**
   * Deletes keys that have been retired for some time, the oldest first.
   *
   * @param listedMs for how long retired keys are kept.
   * @returns how many it deleted, at most the limit.
   */
  async deleteRetired(listedMs: number, limit: number): Promise<number> {
    return this.store.exclusively(async (table) => {
      const { keys } = await table.read();
      const end = this.earlierNow(table) - listedMs;
      const old = keys
        .filter(({ retiresAt }) => retiresAt < end)
        .sort((a, b) => a.retiresAt - b.retiresAt)
        .slice(0, limit);
      await table.delete(old.map(({ key }) => key.kid));
      return old.length;
    });
  }

  private async reencrypt(table: SigningKeyTable): Promise<void> {
    const sealed = (await table.read()).keys.filter(({ key }) => key.sealedPrivateKey !== null);
    let opened = 0;
    for (const { key } of sealed) {
      const signingKey = await this.keyEncryptionKeys.open(key);
      if (!signingKey) continue;
      opened += 1;
      if (this.keyEncryptionKeys.hasSealed(key)) continue;
      await table.change(key.kid, this.keyEncryptionKeys.seal(signingKey));
      await this.events.record(table.manager, 'signing_key.reencrypted', key, SYSTEM);
    }
    if (sealed.length > 0 && opened === 0) {
      throw new Error('AUTH_KEY_ENCRYPTION_KEY is not the one the signing keys are encrypted by');
    }
  }

  private async ensureActive(
    spare: SigningKey,
    table: SigningKeyTable,
    actor: string,
  ): Promise<void> {
    const keys = await table.read();
    if (keys.inState('active', table.now).length > 0) return;
    const [announced] = keys.inState('announced', table.now);
    if (!announced) {
      await this.add(spare, keys, table, actor);
      return;
    }
    const activatesAt = new Date(table.now);
    await table.change(announced.key.kid, { activatesAt });
    await this.events.record(
      table.manager,
      'signing_key.brought_forward',
      { ...announced.key, activatesAt },
      actor,
    );
  }

  private async add(
    signingKey: SigningKey,
    keys: KeySchedule<StoredSigningKey>,
    table: SigningKeyTable,
    actor: string,
  ): Promise<void> {
    const { now } = table;
    const activatesAt = keys.nextActivation(now, this.settings);
    const key: StoredSigningKey = {
      kid: signingKey.kid,
      alg: signingKey.alg,
      ...this.keyEncryptionKeys.seal(signingKey),
      createdAt: new Date(now),
      activatesAt,
      withdrawnAt: null,
    };
    await table.add(key);
    const isActive = activatesAt.getTime() <= now;
    await this.events.record(
      table.manager,
      isActive ? 'signing_key.created' : 'signing_key.announced',
      key,
      actor,
    );
  }

  private earlierNow(table: SigningKeyTable): number {
    return Math.min(table.now, this.now());
  }

  private async generate(): Promise<SigningKey> {
    return generateSigningKey(this.settings.algorithm);
  }
}

const WIPED = { sealedPrivateKey: null, kekId: null } as const;

function toWipe(
  keys: KeySchedule<StoredSigningKey>,
  now: number,
): ScheduledKey<StoredSigningKey>[] {
  return keys.inState('retired', now).filter(({ key }) => key.sealedPrivateKey !== null);
}

function keyIn(keys: KeySchedule<StoredSigningKey>, kid: string): ScheduledKey<StoredSigningKey> {
  const found = keys.find(kid);
  if (!found) {
    throw new Problem(404, { code: 'signing_key_not_found', detail: 'There is no such key.' });
  }
  return found;
}

const alreadyAnnounced = () =>
  new Problem(409, {
    code: 'signing_key_already_announced',
    detail: 'The next key is announced already. It becomes active by itself.',
  });
