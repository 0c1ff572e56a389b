import { TestIssuer } from '@m2m/testing';
import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectChallenge, expectInvalidToken } from './support/challenges.js';
import { goodClaims } from './support/forged-tokens.js';
import { ForeignSystem, OTHER_API } from './support/foreign-system.js';
import { members, send } from './support/http.js';
import { billingProgress, invoicesFor } from './support/invoices.js';
import { billingOf, problemIn, showOrder, type Order } from './support/orders.js';
import { runsAsProcesses } from './support/system.js';

/** How long to wait for what a worker does that looks for orders every second. */
const SOON = { timeout: 45_000, interval: 100 };
/** The guard looks for unknown keys once in ten seconds. */
const AFTER_COOL_DOWN = { timeout: 60_000, interval: 250 };

const WORKERS = [
  { method: 'client_secret_basic', path: '', metadata: 'RFC 8414' },
  { method: 'client_secret_post', path: '/realms/shop', metadata: 'OpenID Connect' },
  { method: 'private_key_jwt', path: '/realms/shop', metadata: 'OpenID Connect' },
] as const;

describe.runIf(runsAsProcesses).each(WORKERS)(
  'with oidc-provider as the issuer, found by $metadata, and $method',
  ({ method, path }) => {
    let system: ForeignSystem;

    beforeAll(async () => {
      system = await ForeignSystem.start({ method, path });
    });

    afterAll(() => system.stop());

    it('B01 B10 bills every order once, by one token for no more than that', async () => {
      const orders = await system.placeOrders(12);

      await expectBilledOnce(system, orders);
      expect(system.issuer.grants.filter(({ clientId }) => clientId === 'billing-worker')).toEqual([
        { clientId: 'billing-worker', scope: 'orders:read orders:bill', resource: system.api.url },
      ]);
      expect(failedRuns(system)).toBe(0);
    });

    it('R09 R10 refuses a token that is for another API, or for none', async () => {
      const forAnother = await system.issuer.token('order-entry', { resource: OTHER_API });
      const forNone = await system.issuer.token('order-entry', {});

      expectInvalidToken(await system.call('/orders', { token: forAnother }));
      expectInvalidToken(await system.call('/orders', { token: forNone }));
    });

    it('R17 refuses what the scopes of a token do not allow', async () => {
      const [order] = await system.placeOrders(1);
      if (!order) throw new Error('there is no order');
      const token = await system.entryToken();

      const body = billingOf(order);
      const answer = await system.call(`/orders/${order.id}/billing`, {
        method: 'PUT',
        token,
        body,
      });

      expectChallenge(answer, 403, 'insufficient_scope');
      expect(answer.headers.get('www-authenticate')).toContain('scope="orders:bill"');
      problemIn(answer, 403);
    });

    it('R08 refuses the token of yet another issuer, and one that it has forged', async () => {
      const stranger = await TestIssuer.start();
      const forged = goodClaims(system.issuer.url, system.api.url);

      const own = await stranger.token(system.api.url, { scope: 'orders:read' });
      expectInvalidToken(await system.call('/orders', { token: own }));
      expectInvalidToken(await system.call('/orders', { token: await stranger.key.sign(forged) }));
      await stranger.stop();
    });

    it('R24 names the issuer that its tokens come from', async () => {
      const url = `${system.api.url}/.well-known/oauth-protected-resource`;

      expect(members(await send(url))).toMatchObject({
        resource: system.api.url,
        authorization_servers: [system.issuer.url],
      });
    });
  },
);

describe.runIf(runsAsProcesses)('with oidc-provider as the issuer, which replaces its key', () => {
  let system: ForeignSystem;

  beforeAll(async () => {
    system = await ForeignSystem.start({ method: 'client_secret_basic', path: '' });
  });

  afterAll(() => system.stop());

  it('B04 R14 finds the new key and gives up the old one, and the worker goes on', async () => {
    const old = await system.entryToken();
    expect((await system.call('/orders', { token: old })).status).toBe(200);

    await system.issuer.replaceKey();

    const fresh = await system.entryToken();
    expect(decodeProtectedHeader(fresh).kid).not.toBe(decodeProtectedHeader(old).kid);
    await vi.waitFor(async () => {
      expect((await system.call('/orders', { token: fresh })).status).toBe(200);
    }, AFTER_COOL_DOWN);
    expectInvalidToken(await system.call('/orders', { token: old }));
    await expectBilledOnce(system, await system.placeOrders(6));
    expect(failedRuns(system)).toBe(0);
  });
});

async function expectBilledOnce(system: ForeignSystem, orders: readonly Order[]): Promise<void> {
  const all = { issued: orders.length, acknowledged: orders.length };
  const { billingDatabaseUrl } = system;
  await vi.waitFor(async () => {
    expect(await billingProgress(orders, billingDatabaseUrl)).toEqual(all);
  }, SOON);
  const invoices = await invoicesFor(orders, billingDatabaseUrl);
  const invoiceOf = new Map(invoices.map(({ orderId, id }) => [orderId, id]));
  const token = await system.entryToken();
  for (const { id } of orders) {
    expect(await showOrder(token, id, system.api.url)).toMatchObject({
      status: 'billed',
      invoiceId: invoiceOf.get(id),
    });
  }
}

function failedRuns({ worker }: ForeignSystem): number {
  return worker.process.output.split('"event":"billing.run.failed"').length - 1;
}
