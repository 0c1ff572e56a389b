import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { superuserClient } from '../../local-system/postgres/superuser-client.ts';
import { BenchError } from '../bench-error.ts';
import type { BenchContext } from '../part.ts';
import { insertOrders } from '../system/insert-orders.ts';
import { MeasuredSystem } from '../system/measured-system.ts';
import { Replica } from '../system/replica.ts';
import { billingStatements, type BillingStatements } from './billing-statements.ts';
import { logStatements, readStatements, stopLoggingStatements } from './statement-log.ts';
import { logSize } from '../../local-system/log-file.ts';

/** Seldom, since the worker shares the database with whoever looks. */
const POLL_MS = 250;
const PATIENCE_MS = 120_000;
const ROLES = ['orders', 'billing'];
/** It looks for orders each second. */
const WORKER_ENVIRONMENT = { BILLING_INTERVAL_SECONDS: '1' };
/** Enough for a full page of the worker and full batches of reports. */
const SAMPLE = 300;

/** The three apps with one worker, and a look at what they have billed. */
export class BillingSystem {
  readonly measured: MeasuredSystem;
  readonly #billing: pg.Client;
  readonly #orders: pg.Client;

  /** Nothing is pinned: four kinds of processes share the machine, with the worker as with its limit. */
  static async start({ cores, signal }: BenchContext): Promise<BillingSystem> {
    const nowhere = {
      server: undefined,
      secondServer: undefined,
      load: undefined,
      database: undefined,
    };
    const measured = await MeasuredSystem.start(
      { cores: { ...cores, ...nowhere }, signal },
      {
        apps: ['auth-server', 'orders-api'],
        environment: { 'billing-worker': WORKER_ENVIRONMENT },
      },
    );
    const billing = superuserClient(measured.system.databaseUrls['billing-worker']);
    const orders = superuserClient(measured.system.databaseUrls['orders-api']);
    await Promise.all([billing.connect(), orders.connect()]);
    return new BillingSystem(measured, billing, orders);
  }

  private constructor(measured: MeasuredSystem, billing: pg.Client, orders: pg.Client) {
    this.measured = measured;
    this.#billing = billing;
    this.#orders = orders;
  }

  get billingDatabase(): pg.Client {
    return this.#billing;
  }

  get ordersDatabase(): pg.Client {
    return this.#orders;
  }

  /** Has orders billed while the database logs every statement, and finds those that it takes. */
  async learnStatements(): Promise<BillingStatements> {
    const { measured } = this;
    const log = measured.system.logFile('postgres');
    const offset = logSize(log);
    await logStatements(measured, ROLES);
    await this.#restart('orders-api');
    await this.bill(SAMPLE, () => this.#restart('billing-worker'));
    await fetch(`${measured.system.urls['billing-worker']}/billing/summary`);
    await stopLoggingStatements(measured, ROLES);
    await this.#restart('orders-api');
    await this.#restart('billing-worker');
    return billingStatements(readStatements(log, offset));
  }

  startSecondWorker(): Promise<Replica> {
    return Replica.start(this.measured, {
      app: 'billing-worker',
      cores: undefined,
      environment: WORKER_ENVIRONMENT,
    });
  }

  async whileWorkerRests<T>(work: () => Promise<T>): Promise<T> {
    const { system } = this.measured;
    await system.kill('billing-worker', 'SIGSTOP');
    try {
      return await work();
    } finally {
      await system.kill('billing-worker', 'SIGCONT');
    }
  }

  /**
   * Places orders, waits until the given work has billed them, and makes sure that it has: all of them, once,
   * and with the sums equal on both sides.
   *
   * @returns seconds from the first invoice to the last acknowledgement, by the database's clock.
   */
  async bill(count: number, work: () => Promise<unknown>): Promise<number> {
    const before = await this.#progress();
    await insertOrders(this.measured, count);
    await work();
    const deadline = performance.now() + PATIENCE_MS;
    for (let now = before; now.numbered < before.numbered + count || now.unreported;) {
      if (performance.now() > deadline)
        throw new BenchError(`${count} orders were not billed in time`);
      await sleep(POLL_MS);
      now = await this.#progress();
    }
    await this.#check();
    return this.#secondsSince(before.at);
  }

  async remove(): Promise<void> {
    await Promise.all([this.#billing.end(), this.#orders.end()]);
    await this.measured.remove();
  }

  async #restart(app: 'orders-api' | 'billing-worker'): Promise<void> {
    await this.measured.system.stop(app);
    await this.measured.start(app);
  }

  /** Read from small tables and the front of an index, so that looking does not slow down what it looks at. */
  async #progress(): Promise<Progress> {
    const { rows } = await this.#billing.query<Progress>(
      `SELECT clock_timestamp() AS at,
         (SELECT coalesce(sum(last_number), 0)::int FROM invoice_series) AS numbered,
         EXISTS (SELECT FROM invoice WHERE status = 'issued') AS unreported`,
    );
    const [progress] = rows;
    if (!progress) throw new BenchError('the billing database does not answer');
    return progress;
  }

  async #secondsSince(time: Date): Promise<number> {
    const { rows } = await this.#billing.query<{ seconds: number }>(
      `SELECT extract(epoch FROM max(settled_at) - min(issued_at))::float8 AS seconds
       FROM invoice WHERE issued_at > $1`,
      [time],
    );
    return rows[0]?.seconds ?? Number.NaN;
  }

  async #check(): Promise<void> {
    const [invoices, orders] = await Promise.all([
      this.#billing.query<Totals>(
        `SELECT count(*)::int AS count, coalesce(sum(amount), 0)::text AS sum FROM invoice
         WHERE status = 'acknowledged'`,
      ),
      this.#orders.query<Totals>(
        `SELECT count(*)::int AS count, coalesce(sum(total), 0)::text AS sum FROM customer_order
         WHERE status = 'billed'`,
      ),
    ]);
    const [invoiced] = invoices.rows;
    const [ordered] = orders.rows;
    if (invoiced?.count !== ordered?.count || invoiced?.sum !== ordered?.sum) {
      throw new BenchError('what was billed is not the same on both sides');
    }
  }
}

interface Progress {
  readonly at: Date;
  readonly numbered: number;
  readonly unreported: boolean;
}

interface Totals {
  readonly count: number;
  readonly sum: string;
}
