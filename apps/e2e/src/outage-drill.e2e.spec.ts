import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { members, send } from './support/http.js';
import { billingProgress, invoicesFor } from './support/invoices.js';
import { sumOf } from './support/metrics.js';
import { placeOrderAt, type Order } from './support/orders.js';
import { OutageSystem } from './support/outage-system.js';
import { answers } from './support/processes.js';
import { SteadyLoad } from './support/steady-load.js';
import { runsAsProcesses } from './support/system.js';

const ORDERS_PER_SECOND = 5;
/** What has to happen sooner or later, however busy the machine. */
const PATIENCE = { timeout: 60_000, interval: 250 };
const START_MS = 240_000;

describe.runIf(runsAsProcesses)(
  'the auth-server is killed for less than the life of a token',
  () => {
    let drill: Drill;

    beforeAll(async () => {
      drill = await Drill.start(300);
    }, START_MS);

    afterAll(() => drill.stop());

    it('R23 nothing fails, and billing goes on', { timeout: 180_000 }, async () => {
      await drill.expectBilled(5);

      await drill.kill();
      await drill.expectBilled(20);
      await drill.restart();
      expect(await drill.secondsLeft()).toBeGreaterThan(0);
      await drill.expectBilled(5);

      await drill.stopPlacing();
      await drill.expectEachBilledOnce();
      drill.report();
      expect(drill.system.failedRuns).toBe(0);
    });
  },
);

describe.runIf(runsAsProcesses)('the auth-server is killed for longer than a token lives', () => {
  let drill: Drill;

  beforeAll(async () => {
    drill = await Drill.start(15);
  }, START_MS);

  afterAll(() => drill.stop());

  it('B01 R23 work waits, and goes on by itself', { timeout: 180_000 }, async () => {
    const { worker } = drill.system;

    await drill.kill();
    await vi.waitFor(() => expectNotReady(worker.url), PATIENCE);
    const waiting = await drill.placeMore(10);
    await drill.stopPlacing();
    await drill.expectRunsWithoutToken(1);

    const calls = drill.system.answersToWorker.length;
    await drill.expectRunsWithoutToken(2);
    expect(drill.system.answersToWorker).toHaveLength(calls);
    expect(await drill.progressOf(waiting)).toEqual({ issued: 0, acknowledged: 0 });
    expect(await answers(`${worker.url}/health/live`)).toBe(true);

    await drill.restart();
    await drill.expectEachBilledOnce();
    await vi.waitUntil(() => answers(`${worker.url}/health/ready`), PATIENCE);
    drill.report();
    expect(drill.billedWhileAway).toBeGreaterThan(0);
  });
});

/** A system under a steady flow of orders. */
class Drill {
  private readonly orders: Order[] = [];
  private readonly placing: SteadyLoad;
  /** How many of the orders that were placed while the auth-server was away were billed before it came back. */
  billedWhileAway = 0;
  private placedBefore = 0;
  private killedAt = 0;
  private awayMs = 0;

  private constructor(
    readonly system: OutageSystem,
    private readonly lifetimeSeconds: number,
    private readonly token: string,
  ) {
    this.placing = SteadyLoad.start(ORDERS_PER_SECOND, () => this.place());
  }

  static async start(lifetimeSeconds: number): Promise<Drill> {
    const system = await OutageSystem.start(lifetimeSeconds);
    return new Drill(system, lifetimeSeconds, await system.entryToken());
  }

  async stop(): Promise<void> {
    await this.placing.stop();
    await this.system.stop();
  }

  async kill(): Promise<void> {
    await this.system.killAuthServer();
    this.killedAt = performance.now();
    this.placedBefore = this.orders.length;
    expect(await answers(`${this.system.issuer}/health/live`)).toBe(false);
  }

  async restart(): Promise<void> {
    const placedMeanwhile = this.orders.slice(this.placedBefore);
    this.billedWhileAway = (await this.progressOf(placedMeanwhile)).acknowledged;
    await this.system.startAuthServer();
    this.awayMs = performance.now() - this.killedAt;
  }

  /** Waits until so many of the orders that are placed from now on were billed. */
  async expectBilled(count: number): Promise<void> {
    const from = this.orders.length;
    await vi.waitFor(async () => {
      const { acknowledged } = await this.progressOf(this.orders.slice(from));
      expect(acknowledged).toBeGreaterThanOrEqual(count);
    }, PATIENCE);
  }

  /** Waits until so many further runs of the worker have found that there is no token to be had. */
  async expectRunsWithoutToken(count: number): Promise<void> {
    const before = this.system.failedRuns;
    await vi.waitUntil(() => this.system.failedRuns >= before + count, PATIENCE);
  }

  async expectEachBilledOnce(): Promise<void> {
    const all = this.orders.length;
    await vi.waitFor(async () => {
      expect(await this.progressOf(this.orders)).toEqual({ issued: all, acknowledged: all });
    }, PATIENCE);
    const invoices = await invoicesFor(this.orders, this.system.billingDatabaseUrl);
    expect(new Set(invoices.map(({ orderId }) => orderId)).size).toBe(all);
    expect(this.failedCalls).toEqual([]);
  }

  progressOf(orders: readonly Order[]) {
    return billingProgress(orders, this.system.billingDatabaseUrl);
  }

  async placeMore(count: number): Promise<readonly Order[]> {
    const from = this.orders.length;
    await Promise.all(Array.from({ length: count }, () => this.place()));
    return this.orders.slice(from);
  }

  async stopPlacing(): Promise<void> {
    await this.placing.stop();
    expect(this.placing.failures).toEqual([]);
  }

  /** For how long the worker's token is still good. */
  secondsLeft(): Promise<number> {
    return sumOf(this.system.worker.url, 'oauth_client_token_lifetime_left_seconds');
  }

  report(): void {
    const calls = this.system.answersToWorker.length + this.placing.started;
    const failed = this.failedCalls.length + this.placing.failures.length;
    console.info(
      `outage drill: killed for ${seconds(this.awayMs)} s, tokens of ${this.lifetimeSeconds} s: ` +
        `${this.orders.length} orders, ${calls} API calls, ${failed} failed, ` +
        `${this.billedWhileAway} orders billed meanwhile, ${this.system.failedRuns} runs without a token`,
    );
  }

  private get failedCalls(): number[] {
    return this.system.answersToWorker.filter((status) => status >= 300);
  }

  private async place(): Promise<void> {
    this.orders.push(await placeOrderAt(this.system.apiUrl, this.token));
  }
}

async function expectNotReady(workerUrl: string): Promise<void> {
  const answer = await send(`${workerUrl}/health/ready`);
  expect(answer.status).toBe(503);
  expect(members(answer)['checks']).toMatchObject({ 'access token': 'down' });
}

const seconds = (milliseconds: number) => Math.round(milliseconds / 1_000);
