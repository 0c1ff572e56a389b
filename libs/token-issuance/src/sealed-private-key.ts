import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { exportSigningKey, importSigningKey, type SigningKey } from './signing-key.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ID_BYTES = 8;

/**
 * Encrypts a signing key for storage: AES-256-GCM (NIST SP 800-38D) with a fresh nonce, the `kid` as
 * associated data, so that a stored key cannot be passed off as another one.
 *
 * @param keyEncryptionKey 32 bytes.
 * @returns nonce, authentication tag and ciphertext, in that order.
 */
export function sealPrivateKey(key: SigningKey, keyEncryptionKey: Buffer): Buffer {
  assertLength(keyEncryptionKey);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, keyEncryptionKey, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(key.kid));
  const ciphertext = Buffer.concat([cipher.update(exportSigningKey(key)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
}

/**
 * Decrypts what {@link sealPrivateKey} made.
 *
 * @throws Error if the key-encryption key is another one, or if the stored bytes or the `kid` were changed.
 */
export async function unsealPrivateKey(
  { kid, alg }: Pick<SigningKey, 'kid' | 'alg'>,
  sealed: Buffer,
  keyEncryptionKey: Buffer,
): Promise<SigningKey> {
  assertLength(keyEncryptionKey);
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const ciphertext = sealed.subarray(NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, keyEncryptionKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(kid));
  decipher.setAuthTag(tag);
  return importSigningKey(Buffer.concat([decipher.update(ciphertext), decipher.final()]), alg);
}

/**
 * Names a key-encryption key, to be stored beside what it has sealed. The name tells nothing of the key,
 * as long as that is random.
 */
export function keyEncryptionKeyId(keyEncryptionKey: Buffer): string {
  assertLength(keyEncryptionKey);
  const digest = createHash('sha256').update('key-encryption key:').update(keyEncryptionKey);
  return digest.digest().subarray(0, ID_BYTES).toString('hex');
}

function assertLength(keyEncryptionKey: Buffer): void {
  if (keyEncryptionKey.length !== KEY_BYTES) {
    throw new Error(`a key-encryption key has ${KEY_BYTES} bytes`);
  }
}
