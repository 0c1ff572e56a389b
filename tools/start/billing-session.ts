import { once } from 'node:events';
import { duration } from '../console/duration.mjs';
import { styler } from '../console/style.mjs';
import { APP_NAMES, LocalSystemError } from '../local-system/index.ts';
import type { LocalSystem } from '../local-system/index.ts';
import { lastLines } from '../local-system/log-file.ts';
import { closingText } from './closing-text.ts';
import { delayReport } from './delay-report.ts';
import { FlowWatch } from './flow-watch.ts';
import { Flow } from './flow.ts';
import { LogTail } from './log-tail.ts';
import type { OrdersClient } from '../demo-orders/orders-client.ts';
import type { StartSessionOptions } from './start-session.ts';
import { poll } from './poll.ts';

const BILLING_LIMIT_MS = 120_000;
const PENDING_PAGE = 100;
const SEARCHED_LINES = 500;
/** How long the tale of the first run may keep the closing text waiting. */
const FIRST_RUN_MS = 15_000;
/** How long after its last order the worker may take to say that its run is over. */
const LAST_RUN_MS = 3_000;

/** The worker at work, and the telling of what it does. */
export class BillingSession {
  readonly #system: LocalSystem;
  readonly #client: OrdersClient;
  readonly #options: StartSessionOptions;
  readonly #flowPageUrl: string | undefined;
  readonly #flow: Flow;
  readonly #watch: FlowWatch;

  constructor(
    system: LocalSystem,
    client: OrdersClient,
    options: StartSessionOptions,
    flowPageUrl: string | undefined,
  ) {
    this.#system = system;
    this.#client = client;
    this.#options = options;
    this.#flowPageUrl = flowPageUrl;
    const { 'auth-server': issuer, 'orders-api': ordersApi } = system.urls;
    this.#flow = new Flow({ issuer, ordersApi }, styler(process.stdout));
    const tails = APP_NAMES.map((name) => new LogTail(system.logFile(name)));
    this.#watch = new FlowWatch(tails, this.#flow, (line) => options.reporter.line(line));
  }

  /** Returns when whoever started the system wants it stopped. */
  async runUntilInterrupted(): Promise<void> {
    const { dataDir, reporter, signal } = this.#options;
    await this.#watched(async () => {
      await poll(() => this.#flow.hasRun || signal.aborted, FIRST_RUN_MS);
      if (signal.aborted) return;
      const lines = closingText(this.#system.urls, dataDir, this.#flowPageUrl);
      lines.forEach((line) => reporter.line(line));
      await once(signal, 'abort');
    });
  }

  /** Returns when no order is pending; fails if that takes too long. */
  async runUntilAllIsBilled(): Promise<void> {
    const { reporter, signal } = this.#options;
    const startedAt = performance.now();
    await this.#watched(async () => {
      const remaining = BILLING_LIMIT_MS - (performance.now() - startedAt);
      if (!(await poll(() => this.#isAllBilled(), remaining, signal))) throw await this.#delay();
      const took = duration(performance.now() - startedAt);
      await poll(() => this.#flow.hasRun, LAST_RUN_MS, signal);
      this.#watch.catchUp();
      reporter.line(`\n  no order is pending; ${this.#flow.billed} billed in this run, in ${took}`);
    });
  }

  async #isAllBilled(): Promise<boolean> {
    return (await this.#client.pending(1)).length === 0;
  }

  async #delay(): Promise<LocalSystemError> {
    const pending = await this.#client.pending(PENDING_PAGE);
    const lines = APP_NAMES.flatMap((name) =>
      lastLines(this.#system.logFile(name), 0, SEARCHED_LINES),
    );
    return new LocalSystemError(delayReport(BILLING_LIMIT_MS / 1000, pending, PENDING_PAGE, lines));
  }

  /** Runs the worker, and tells the flow as long as the work goes on. */
  async #watched(work: () => Promise<void>): Promise<void> {
    await this.#system.start('billing-worker');
    this.#watch.start();
    try {
      await work();
    } finally {
      this.#watch.stop();
    }
  }
}
