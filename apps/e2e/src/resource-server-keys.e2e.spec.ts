import { TestIssuer, TestSigningKey } from '@m2m/testing';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectInvalidToken } from './support/challenges.js';
import { goodClaims } from './support/forged-tokens.js';
import { GuardedApi } from './support/guarded-api.js';
import { members, send } from './support/http.js';
import { problemIn } from './support/orders.js';
import { runsAsProcesses } from './support/system.js';

const COOL_DOWN_MS = 10_000;

describe.runIf(runsAsProcesses)('resource server and the keys of its issuer', () => {
  let issuer: TestIssuer;
  let api: GuardedApi;

  beforeEach(async () => {
    issuer = await TestIssuer.start();
  });

  afterEach(async () => {
    await api.stop();
    await issuer.stop();
  });

  const tokenWithKid = (kid: string) => issuer.key.sign(goodClaims(issuer.url, api.url), { kid });

  async function flood(tokens: number): Promise<void> {
    for (let sent = 0; sent < tokens; sent += 20) {
      const batch = Array.from({ length: 20 }, () => tokenWithKid(randomUUID()));
      const answers = await Promise.all((await Promise.all(batch)).map((token) => api.list(token)));
      for (const answer of answers) expectInvalidToken(answer);
    }
  }

  async function expectAtMostOneFetchInACoolDown(act: () => Promise<void>): Promise<void> {
    const before = issuer.keyFetches;
    const startedAt = Date.now();
    await act();
    const coolDowns = Math.ceil((Date.now() - startedAt) / COOL_DOWN_MS);
    expect(issuer.keyFetches - before).toBeLessThanOrEqual(coolDowns);
  }

  it(
    'R14 fetches keys once in a cool-down, however many unknown kids come, and finds a new key after it',
    { timeout: 90_000 },
    async () => {
      api = await GuardedApi.start(issuer);
      const atStart = issuer.keyFetches;
      expect(atStart).toBeGreaterThan(0);

      await expectAtMostOneFetchInACoolDown(() => flood(500));

      const next = await TestSigningKey.generate('next-key');
      issuer.keys = [issuer.key, next];
      await vi.waitFor(
        async () => {
          const token = await next.sign(goodClaims(issuer.url, api.url));
          expect((await api.list(token)).status).toBe(200);
        },
        { timeout: 2 * COOL_DOWN_MS, interval: 500 },
      );

      await expectAtMostOneFetchInACoolDown(() => flood(100));
      expect((await api.list(await api.token())).status).toBe(200);
    },
  );

  it('R23 goes on with the keys at hand while the issuer is away', async () => {
    api = await GuardedApi.start(issuer);
    const before = await api.token();
    expect((await api.list(before)).status).toBe(200);

    issuer.away = true;

    expect((await api.list(before)).status).toBe(200);
    expect((await api.list(await api.token())).status).toBe(200);
    expect((await send(`${api.url}/health/ready`)).status).toBe(200);
    const unknown = await api.list(await tokenWithKid('unknown'));
    expect([401, 503]).toContain(unknown.status);
  });

  it('R23 answers 503 while it never had the keys, and recovers by itself', async () => {
    issuer.away = true;
    api = await GuardedApi.start(issuer, {}, '/health/live');
    const token = await api.token();

    const refused = await api.list(token);
    problemIn(refused, 503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    const ready = await send(`${api.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(members(ready)['checks']).toMatchObject({ 'issuer keys': 'down', database: 'up' });

    issuer.away = false;
    await vi.waitFor(async () => expect((await api.list(token)).status).toBe(200), {
      timeout: 10_000,
      interval: 200,
    });
    expect((await send(`${api.url}/health/ready`)).status).toBe(200);
  });
});
