import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Readiness } from './readiness.js';

describe('Readiness', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('is ready while all dependencies are up', async () => {
    const readiness = new Readiness();
    readiness.add({ name: 'database', check: async () => 1 });

    await expect(readiness.report()).resolves.toEqual({
      status: 'ready',
      checks: { database: 'up' },
    });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('names the dependency that is down (O03)', async () => {
    const readiness = new Readiness();
    readiness.add({ name: 'database', check: async () => 1 });
    readiness.add({ name: 'issuer keys', check: () => Promise.reject(new Error('away')) });

    await expect(readiness.report()).resolves.toEqual({
      status: 'not ready',
      checks: { database: 'up', 'issuer keys': 'down' },
    });
  });

  it('is ready while a dependency is degraded, and says so', async () => {
    const readiness = new Readiness();
    readiness.add({ name: 'database', check: async () => 1 });
    readiness.add({ name: 'access token', check: async () => 'degraded' });

    await expect(readiness.report()).resolves.toEqual({
      status: 'ready',
      checks: { database: 'up', 'access token': 'degraded' },
    });
  });

  it('takes the word of a dependency that calls itself down', async () => {
    const readiness = new Readiness();
    readiness.add({ name: 'access token', check: async () => 'down' });

    await expect(readiness.report()).resolves.toEqual({
      status: 'not ready',
      checks: { 'access token': 'down' },
    });
  });

  it('counts a dependency that does not answer within two seconds as down', async () => {
    const readiness = new Readiness();
    readiness.add({ name: 'database', check: () => new Promise(() => undefined) });
    const settled = vi.fn();
    const report = readiness.report().finally(settled);

    await vi.advanceTimersByTimeAsync(1_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);

    await expect(report).resolves.toEqual({ status: 'not ready', checks: { database: 'down' } });
  });
});
