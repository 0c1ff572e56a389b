import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessName } from '../local-system/apps.ts';
import { audit } from './audit.ts';
import type { Violation } from './audit.ts';
import { readBacklog, readBooks } from './books.ts';
import type { Backlog } from './books.ts';
import { CarefulClient } from './careful-client.ts';
import type { ChaosSystem } from './chaos-system.ts';
import type { Line } from './passage.ts';
import type { Plan, Strike } from './strike.ts';
import { strikeWhen } from './strike-when.ts';
import { Tally } from './tally.ts';
import { TimeLapse } from './time-lapse.ts';
import { Victim } from './victim.ts';

const VICTIMS: readonly ProcessName[] = ['billing-worker', 'orders-api', 'auth-server', 'postgres'];
const ENDS: Readonly<Record<Line, readonly ProcessName[]>> = {
  'worker-database': ['billing-worker', 'postgres'],
  'api-database': ['orders-api', 'postgres'],
  'orders-api': ['billing-worker', 'orders-api'],
  'token-endpoint': ['billing-worker', 'auth-server'],
};
const ORDERS_AT_ONCE = 5;
/** How long a strike waits for its trigger. */
const TRIGGER_MS = 4_000;
const POLL_MS = 200;
/** How long a process that is being started at the end may take to get there. */
const END_MS = 10_000;

export interface ChaosRunOptions {
  readonly plan: Plan;
  /** After how many it ends, unless the plan ends before. */
  readonly kills: number;
  readonly orders: number;
  /** How long what is left may take to be billed once nothing is killed any more. */
  readonly settleMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly tally: Tally;
  readonly placed: number;
  readonly elapsedMs: number;
}

export interface ChaosOutcome extends Progress {
  readonly violations: readonly Violation[];
  /** What was still not done when patience was over; undefined if everything has come to rest. */
  readonly unsettled: Backlog | undefined;
  readonly settledMs: number;
  readonly reports: number;
}

/** Kills a system's processes while orders are placed, lets what is left be billed, and compares the books. */
export class ChaosRun {
  readonly #system: ChaosSystem;
  readonly #options: ChaosRunOptions;
  readonly #client: CarefulClient;
  readonly #time: TimeLapse;
  readonly #tally = new Tally();
  readonly #startedAt = performance.now();
  /** Aborted when there were enough kills. */
  readonly #enough = new AbortController();
  /** Aborted at the end, whatever it is. */
  readonly #over = new AbortController();
  readonly #victims: ReadonlyMap<ProcessName, Victim>;
  readonly #lapses: Promise<void>[] = [];

  private constructor(system: ChaosSystem, client: CarefulClient, options: ChaosRunOptions) {
    this.#system = system;
    this.#client = client;
    this.#options = options;
    this.#time = new TimeLapse(system.local.databaseUrls['billing-worker']);
    const onDeath = (name: ProcessName) => (diedAt: Date) => this.#letTimePass(name, diedAt);
    const victim = (name: ProcessName) =>
      new Victim(name, system, onDeath(name), this.#over.signal);
    this.#victims = new Map(VICTIMS.map((name) => [name, victim(name)]));
  }

  static async on(system: ChaosSystem, options: ChaosRunOptions): Promise<ChaosOutcome> {
    const run = new ChaosRun(system, await CarefulClient.of(system.local), options);
    try {
      return await run.#run();
    } finally {
      await run.#end();
    }
  }

  async #run(): Promise<ChaosOutcome> {
    this.#worker.begin();
    await Promise.all([
      this.#placeOrders(),
      ...this.#options.plan.map((strikes) => this.#carryOut(strikes)),
    ]);
    await this.#allReady();
    await Promise.all(this.#lapses);
    const settling = performance.now();
    const unsettled = await this.#settle();
    const books = await readBooks(this.#system.local.databaseUrls, this.#client.placed);
    return {
      ...this.#progress(),
      unsettled,
      settledMs: performance.now() - settling,
      violations: audit(books),
      reports: this.#system.requests('PUT'),
    };
  }

  /** Nothing is started any more on return. */
  async #end(): Promise<void> {
    this.#over.abort();
    await Promise.race([this.#allReady(), sleep(END_MS)]);
    await this.#time.stop();
  }

  get #signal(): AbortSignal {
    const { signal } = this.#options;
    return signal ? AbortSignal.any([signal, this.#over.signal]) : this.#over.signal;
  }

  async #allReady(): Promise<void> {
    await Promise.all([...this.#victims.values()].map((victim) => victim.untilReady()));
  }

  get #worker(): Victim {
    return this.#victim('billing-worker');
  }

  #victim(name: ProcessName): Victim {
    const victim = this.#victims.get(name);
    if (victim === undefined) throw new Error(`${name} is no victim`);
    return victim;
  }

  async #carryOut(strikes: Iterable<Strike>): Promise<void> {
    const stop = AbortSignal.any([this.#signal, this.#enough.signal]);
    try {
      for (const strike of strikes) await this.#strike(strike, stop);
    } catch (error) {
      if (!this.#enough.signal.aborted) throw error;
    }
  }

  async #strike({ trigger, restMs, victims }: Strike, signal: AbortSignal): Promise<void> {
    const first = this.#victim(victims[0]);
    // The worker is killed while it starts, too: what it does first it does at once. The others let it come
    // as far as that, or there would soon be nothing to be lost.
    if (first !== this.#worker) await this.#allReady();
    await sleep(restMs, undefined, { signal });
    let killed: ProcessName[] = [];
    const onTrigger = await strikeWhen({
      trigger,
      ambushes: this.#system.ambushes,
      ready: () => first.untilReady(),
      patienceMs: TRIGGER_MS,
      signal,
      strike: () => {
        killed = victims.filter((name) => this.#victim(name).kill());
        return 'delayMs' in trigger || !ENDS[trigger.line].some((end) => killed.includes(end));
      },
    });
    for (const name of killed) this.#tally.add(name, trigger, onTrigger);
    this.#options.onProgress?.(this.#progress());
    if (this.#tally.total >= this.#options.kills) this.#enough.abort();
  }

  /** A worker that has lost its database cannot tell that it has done a job, and one that is dead does nothing. */
  #letTimePass(name: ProcessName, diedAt: Date): void {
    if (name === 'billing-worker' || name === 'postgres')
      this.#lapses.push(this.#time.pass(diedAt, this.#signal));
  }

  /** In step with the kills, so that there is always something to lose. */
  async #placeOrders(): Promise<void> {
    const { orders, kills } = this.#options;
    const { placed } = this.#client;
    while (placed.length < orders) {
      const due = Math.min(orders, (orders * (this.#tally.total + 2)) / kills);
      if (placed.length < due) {
        const count = Math.min(ORDERS_AT_ONCE, orders - placed.length);
        await this.#client.place(count, this.#signal);
      } else {
        await sleep(POLL_MS, undefined, { signal: this.#signal });
      }
    }
  }

  async #settle(): Promise<Backlog | undefined> {
    const deadline = performance.now() + this.#options.settleMs;
    for (;;) {
      this.#signal.throwIfAborted();
      await this.#time.retryNow();
      const backlog = await readBacklog(this.#system.local.databaseUrls);
      if (Object.values(backlog).every((count) => count === 0)) return undefined;
      if (performance.now() > deadline) return backlog;
      await sleep(POLL_MS, undefined, { signal: this.#signal });
    }
  }

  #progress(): Progress {
    return {
      tally: this.#tally,
      placed: this.#client.placed.length,
      elapsedMs: performance.now() - this.#startedAt,
    };
  }
}
