import { In, type DataSource, type EntityManager } from 'typeorm';
import { KeySchedule } from './key-schedule.js';
import { SigningKeyEntity } from './signing-key.entity.js';
import type { StoredSigningKey } from './stored-signing-key.js';

/** The advisory lock under which one replica changes the keys while the others wait for it. */
const SIGNING_KEY_LOCK = 4_021_966;

/** The stored signing keys, as a transaction sees and changes them. */
export class SigningKeyTable {
  constructor(readonly manager: EntityManager) {}

  async read(): Promise<KeySchedule<StoredSigningKey>> {
    return new KeySchedule(await this.manager.find(SigningKeyEntity));
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
  constructor(private readonly dataSource: DataSource) {}

  async read(): Promise<KeySchedule<StoredSigningKey>> {
    return new SigningKeyTable(this.dataSource.manager).read();
  }

  /** Changes keys in a transaction while no other replica does. */
  async exclusively<T>(work: (table: SigningKeyTable) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [SIGNING_KEY_LOCK]);
      return work(new SigningKeyTable(manager));
    });
  }
}
