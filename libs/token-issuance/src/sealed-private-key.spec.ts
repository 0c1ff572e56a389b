import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { sealPrivateKey, unsealPrivateKey } from './sealed-private-key.js';
import { exportSigningKey, generateSigningKey, type SigningKey } from './signing-key.js';

describe('a sealed private key', () => {
  const keyEncryptionKey = randomBytes(32);
  let key: SigningKey;

  beforeAll(async () => {
    key = await generateSigningKey();
  });

  it('opens with its key-encryption key', async () => {
    const opened = await unsealPrivateKey(
      key.kid,
      sealPrivateKey(key, keyEncryptionKey),
      keyEncryptionKey,
    );

    expect(opened.privateKey.equals(key.privateKey)).toBe(true);
  });

  it('shows nothing of the key, and looks different every time', () => {
    const plain = exportSigningKey(key);
    const sealed = sealPrivateKey(key, keyEncryptionKey);

    expect(sealed.includes(plain.subarray(-32))).toBe(false);
    expect(sealed.equals(sealPrivateKey(key, keyEncryptionKey))).toBe(false);
  });

  it('does not open with another key-encryption key, for another kid, or once changed', async () => {
    const sealed = sealPrivateKey(key, keyEncryptionKey);
    const changed = Buffer.from(sealed);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;

    await expect(unsealPrivateKey(key.kid, sealed, randomBytes(32))).rejects.toThrow();
    await expect(unsealPrivateKey('another-kid', sealed, keyEncryptionKey)).rejects.toThrow();
    await expect(unsealPrivateKey(key.kid, changed, keyEncryptionKey)).rejects.toThrow();
  });

  it('is not made with a key-encryption key of another length', () => {
    expect(() => sealPrivateKey(key, randomBytes(16))).toThrow('32 bytes');
  });
});
