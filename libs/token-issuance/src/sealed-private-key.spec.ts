import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { keyEncryptionKeyId, sealPrivateKey, unsealPrivateKey } from './sealed-private-key.js';
import { exportSigningKey, generateSigningKey, type SigningKey } from './signing-key.js';

describe('a sealed private key', () => {
  const keyEncryptionKey = randomBytes(32);
  let key: SigningKey;

  beforeAll(async () => {
    key = await generateSigningKey('PS256');
  });

  it('opens with its key-encryption key', async () => {
    const opened = await unsealPrivateKey(
      key,
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

    await expect(unsealPrivateKey(key, sealed, randomBytes(32))).rejects.toThrow();
    await expect(
      unsealPrivateKey({ ...key, kid: 'another-kid' }, sealed, keyEncryptionKey),
    ).rejects.toThrow();
    await expect(unsealPrivateKey(key, changed, keyEncryptionKey)).rejects.toThrow();
  });

  it('is not made with a key-encryption key of another length', () => {
    expect(() => sealPrivateKey(key, randomBytes(16))).toThrow('32 bytes');
  });

  it('is found again by the name of its key-encryption key, which tells nothing of it', () => {
    const id = keyEncryptionKeyId(keyEncryptionKey);

    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(keyEncryptionKeyId(Buffer.from(keyEncryptionKey))).toBe(id);
    expect(keyEncryptionKeyId(randomBytes(32))).not.toBe(id);
    expect(keyEncryptionKey.toString('hex')).not.toContain(id);
  });
});
