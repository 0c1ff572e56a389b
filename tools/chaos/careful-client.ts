import { setTimeout as sleep } from 'node:timers/promises';
import { AccessToken } from '../demo-orders/access-token.ts';
import { demoOrder } from '../demo-orders/demo-orders.ts';
import { LocalSystemError } from '../local-system/local-system-error.ts';
import type { LocalSystem } from '../local-system/local-system.ts';

const ANSWER_MS = 5_000;
const PAUSE_MS = 200;
/** Statuses that say that the order itself is wrong. */
const REFUSALS = new Set([400, 404, 409, 422]);

/** An order as its client knows it. */
export interface PlacedOrder {
  readonly id: string;
  readonly total: string;
  readonly currency: string;
}

/** What it needs of a system. */
export interface SystemAccess extends Pick<LocalSystem, 'credentials'> {
  readonly urls: Pick<LocalSystem['urls'], 'auth-server' | 'orders-api'>;
}

/** Places orders the way a careful client does: under one key, again and again until it is answered. */
export class CarefulClient {
  readonly placed: PlacedOrder[] = [];
  readonly #url: string;
  readonly #token: AccessToken;
  readonly #run: string;
  #begun = 0;

  private constructor(url: string, token: AccessToken, run: string) {
    this.#url = url;
    this.#token = token;
    this.#run = run;
  }

  static async of(system: SystemAccess): Promise<CarefulClient> {
    const { urls } = system;
    const token = new AccessToken(
      await system.credentials('order-entry'),
      `${urls['auth-server']}/oauth2/token`,
      urls['orders-api'],
    );
    return new CarefulClient(urls['orders-api'], token, new Date().toISOString());
  }

  /** Places some further orders, of several currencies, all at once. */
  async place(count: number, signal: AbortSignal): Promise<void> {
    const numbers = Array.from({ length: count }, () => this.#begun++);
    await Promise.all(numbers.map((number) => this.#placeOne(number, signal)));
  }

  async #placeOne(number: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      const order = await this.#attempt(number);
      if (order) return void this.placed.push(order);
      await sleep(PAUSE_MS, undefined, { signal });
    }
  }

  /** @returns undefined if it is not known whether the order was placed. */
  async #attempt(number: number): Promise<PlacedOrder | undefined> {
    try {
      const response = await fetch(`${this.#url}/orders`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${await this.#token.get()}`,
          'content-type': 'application/json',
          'idempotency-key': `${this.#run}-${number}`,
        },
        body: JSON.stringify(demoOrder(number)),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      const text = await response.text();
      if (response.status === 201) return JSON.parse(text) as PlacedOrder;
      if (!REFUSALS.has(response.status)) return undefined;
      throw new LocalSystemError(`an order was refused: ${response.status} ${text}`);
    } catch (error) {
      if (error instanceof LocalSystemError) throw error;
      return undefined;
    }
  }
}
