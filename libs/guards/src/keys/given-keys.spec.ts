import { TestSigningKey } from '@m2m/testing';
import type { JSONWebKeySet, JWSHeaderParameters } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { GivenKeys } from './given-keys.js';
import { keySetFrom } from './key-set.js';

describe('keys that are at hand', () => {
  let first: TestSigningKey;
  let second: TestSigningKey;
  let published: JSONWebKeySet;
  let keys: GivenKeys;

  beforeEach(async () => {
    first = await TestSigningKey.generate('first');
    second = await TestSigningKey.generate('second');
    published = { keys: [first.publicJwk] };
    keys = new GivenKeys(() => published);
  });

  const isPublished = ({ publicJwk }: TestSigningKey) =>
    [...keySetFrom({ keys: [publicJwk] }).names].every((name) => keys.stillPublished(name));
  const find = ({ kid, alg }: TestSigningKey) =>
    keys.resolve({ alg, kid } satisfies JWSHeaderParameters, { payload: '', signature: '' });

  it('are prepared once for as long as they do not change', async () => {
    expect(await find(first)).toBe(await find(first));
    await expect(keys.ready()).resolves.toBeUndefined();
  });

  it('K04 K06 change at once', async () => {
    await find(first);
    await expect(find(second)).rejects.toThrow();

    published = { keys: [second.publicJwk] };

    expect([isPublished(first), isPublished(second)]).toEqual([false, true]);
    await expect(find(first)).rejects.toThrow();
    await expect(find(second)).resolves.toBeDefined();
  });

  it('may be none', async () => {
    published = { keys: [] };

    await expect(find(first)).rejects.toThrow();
    expect(isPublished(first)).toBe(false);
  });
});
