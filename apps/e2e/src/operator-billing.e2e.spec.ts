import { describe, expect, it, vi } from 'vitest';
import { members, send } from './support/http.js';
import { document, npmRun, operate, problem } from './support/operator.js';
import { runsAsProcesses } from './support/system.js';
import { pendingOrders, SOON, WorkerWorld } from './support/worker-world.js';

interface FailedInvoice {
  readonly id: string;
  readonly orderId: string;
}

describe.runIf(runsAsProcesses)('npm run billing', { timeout: 60_000 }, () => {
  it('lists what the API refused, and has it reported again', async ({ onTestFinished }) => {
    const world = await WorkerWorld.create(onTestFinished);
    world.pending = pendingOrders(3);
    const refused = world.pending.map((order) => String((order as { id: unknown }).id));
    world.onApi = (request) =>
      request.method === 'PUT'
        ? { status: 422, body: { code: 'amount_mismatch' } }
        : world.serveOrders(request);
    await world.startWorker();
    const environment = { BILLING_DATABASE_URL: world.databaseUrl };
    const failed = async () => (await document('billing', ['failed'], { environment }))['invoices'];

    await vi.waitFor(async () => expect(await failed()).toHaveLength(3), SOON);

    const invoices = (await failed()) as readonly FailedInvoice[];
    expect(invoices.map(({ orderId }) => orderId).sort()).toEqual(refused.sort());
    const { stdout } = await operate('billing', ['failed'], { environment });
    expect(stdout.match(/ amount_mismatch /g)).toHaveLength(3);

    world.onApi = (request) => world.serveOrders(request);
    const [first] = invoices;
    await expect(
      document('billing', ['retry', String(first?.id)], { environment }),
    ).resolves.toEqual({ retried: [first?.id] });
    await vi.waitFor(async () => expect(await failed()).toHaveLength(2), SOON);
    const all = await npmRun('billing', ['retry', '--all'], { environment });
    expect(all).toEqual({ code: 0, stdout: '2 invoices to be reported again\n', stderr: '' });

    await vi.waitFor(async () => {
      const summary = await document('billing', ['summary'], { environment });
      expect(summary).toMatchObject({ invoices: 3, acknowledged: 3, failed: 0 });
    }, SOON);
    expect(members(await send(`${world.url}/billing/summary`))).toMatchObject({
      invoices: 3,
      acknowledged: 3,
      failed: 0,
    });
    await problem(4, 'billing', ['retry', String(first?.id)], { environment });
  });

  it('says so where it gets to no database', async () => {
    const environment = { BILLING_DATABASE_URL: 'postgres://billing@localhost:1/billing' };

    await expect(problem(5, 'billing', ['summary'], { environment })).resolves.toMatchObject({
      code: 'unreachable',
    });
    await problem(2, 'billing', ['retry'], { environment });
  });
});
