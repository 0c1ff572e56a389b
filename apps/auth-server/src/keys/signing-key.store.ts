import { sealPrivateKey, unsealPrivateKey, type SigningKey } from '@m2m/token-issuance';
import { type DataSource, type EntityManager } from 'typeorm';
import { SigningKeyEntity } from './signing-key.entity.js';

/** The advisory lock under which one replica makes a key while the others wait for it. */
const KEY_CREATION_LOCK = 4_021_966;

/** A signing key with what is kept beside it. */
export interface StoredSigningKey extends SigningKey {
  readonly createdAt: Date;
}

/** Keeps the signing keys in the database, encrypted by the key-encryption key. */
export class SigningKeyStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keyEncryptionKey: Buffer,
  ) {}

  /**
   * All keys, the newest first; where there is none yet, one is made. However many replicas ask at once,
   * they get the same.
   *
   * @throws Error if the stored keys cannot be decrypted.
   */
  async loadOrCreate(create: () => Promise<SigningKey>): Promise<StoredSigningKey[]> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [KEY_CREATION_LOCK]);
      const stored = await this.load(manager);
      if (stored.length > 0) return stored;
      const key = await create();
      await manager.insert(SigningKeyEntity, {
        kid: key.kid,
        alg: key.alg,
        sealedPrivateKey: sealPrivateKey(key, this.keyEncryptionKey),
      });
      return this.load(manager);
    });
  }

  private async load(manager: EntityManager): Promise<StoredSigningKey[]> {
    const rows = await manager.find(SigningKeyEntity, { order: { createdAt: 'DESC' } });
    return Promise.all(rows.map((row) => this.unseal(row)));
  }

  private async unseal(row: SigningKeyEntity): Promise<StoredSigningKey> {
    const { kid, sealedPrivateKey, createdAt } = row;
    try {
      const key = await unsealPrivateKey(kid, sealedPrivateKey, this.keyEncryptionKey);
      return { ...key, createdAt };
    } catch (error) {
      const message = 'AUTH_KEY_ENCRYPTION_KEY is not the one the signing keys are encrypted by';
      throw new Error(message, { cause: error });
    }
  }
}
