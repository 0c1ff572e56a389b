import {
  keyEncryptionKeyId,
  sealPrivateKey,
  unsealPrivateKey,
  type SigningKey,
} from '@m2m/token-issuance';
import type { StoredSigningKey } from './stored-signing-key.js';

interface NamedKey {
  readonly id: string;
  readonly key: Buffer;
}

/** A private key as it is stored: encrypted, with the name of the key-encryption key that opens it. */
export type SealedKey = Pick<StoredSigningKey, 'sealedPrivateKey' | 'kekId'>;

/** The key-encryption keys: private keys are sealed by the current one, and opened by the previous one too. */
export class KeyEncryptionKeys {
  private readonly current: NamedKey;
  private readonly known: readonly NamedKey[];

  /** @param previous the one that the current one replaces, while that is under way. */
  constructor(current: Buffer, previous?: Buffer) {
    this.current = named(current);
    this.known = previous ? [this.current, named(previous)] : [this.current];
  }

  seal(key: SigningKey): SealedKey {
    return { sealedPrivateKey: sealPrivateKey(key, this.current.key), kekId: this.current.id };
  }

  /** Whether a stored key was sealed by the current key-encryption key. */
  hasSealed({ kekId }: SealedKey): boolean {
    return kekId === this.current.id;
  }

  /** Decrypts a stored key; undefined if it was sealed by a key-encryption key that is not at hand. */
  async open({
    kid,
    alg,
    sealedPrivateKey,
    kekId,
  }: StoredSigningKey): Promise<SigningKey | undefined> {
    if (sealedPrivateKey === null) return undefined;
    for (const { id, key } of this.known) {
      // What was sealed before key-encryption keys had names may be of either.
      if (kekId !== null && kekId !== id) continue;
      try {
        return await unsealPrivateKey({ kid, alg }, sealedPrivateKey, key);
      } catch {
        // It is of the other one, or of none that is known here.
      }
    }
    return undefined;
  }
}

function named(key: Buffer): NamedKey {
  return { id: keyEncryptionKeyId(key), key };
}
