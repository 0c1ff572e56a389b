import { In, type DataSource, type EntityManager } from 'typeorm';
import { KeySchedule } from './key-schedule.js';
import { SigningKeyEntity } from './signing-key.entity.js';
import type { StoredSigningKey } from './stored-signing-key.js';

/** The advisory lock under which one replica changes the keys while the others wait for it. */
const SIGNING_KEY_LOCK = 4_021_966;

/** Tells the time all replicas agree on, in milliseconds since the epoch. */
export type SharedClock = (manager: EntityManager) => Promise<number>;

/** The stored signing keys, as a transaction sees and changes them. */
export class SigningKeyTable {
  /** @param now milliseconds since the epoch, by the clock that all replicas share. */
  constructor(
    readonly manager: EntityManager,
    readonly now: number,
  ) {}

  async read(): Promise<KeySchedule<StoredSigningKey>> {
    return readKeys(this.manager);
  }

  async add(key: StoredSigningKey): Promise<void> {
    await this.manager.insert(SigningKeyEntity, key);
  }

  async change(kid: string, changes: Partial<StoredSigningKey>): Promise<void> {
    await this.manager.update(SigningKeyEntity, { kid }, changes);
  }

  async delete(kids: readonly string[]): Promise<void> {
    await this.manager.delete(SigningKeyEntity, { kid: In(kids) });
  }
}

/** Keeps the signing keys in the database. */
export class SigningKeyStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: SharedClock = databaseTime,
  ) {}

  /** Milliseconds since the epoch, by the clock that all replicas share. */
  async now(): Promise<number> {
    return this.clock(this.dataSource.manager);
  }

  async read(): Promise<KeySchedule<StoredSigningKey>> {
    return readKeys(this.dataSource.manager);
  }

  /** Changes keys in a transaction while no other replica does. */
  async exclusively<T>(work: (table: SigningKeyTable) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [SIGNING_KEY_LOCK]);
      return work(new SigningKeyTable(manager, await this.clock(manager)));
    });
  }
}

async function readKeys(manager: EntityManager): Promise<KeySchedule<StoredSigningKey>> {
  return new KeySchedule(await manager.find(SigningKeyEntity));
}

// Not now(), which is when the transaction began: before it waited for the lock.
async function databaseTime(manager: EntityManager): Promise<number> {
  const rows = await manager.query<{ now: Date }[]>('SELECT clock_timestamp() AS now');
  const [row] = rows;
  if (!row) throw new Error('the database does not tell the time');
  return row.now.getTime();
}
