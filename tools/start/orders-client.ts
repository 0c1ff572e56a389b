import { setTimeout as sleep } from 'node:timers/promises';
import { LocalSystemError } from '../local-system/index.ts';
import type { AccessToken } from './access-token.ts';
import type { NewOrder } from './demo-orders.ts';

const ATTEMPTS = 5;
const FIRST_RETRY_MS = 200;
const ANSWER_MS = 30_000;

/** A client of orders-api with an access token of its own. */
export class OrdersClient {
  readonly #url: string;
  readonly #token: AccessToken;
  readonly #signal: AbortSignal;

  constructor(url: string, token: AccessToken, signal: AbortSignal) {
    this.#url = url;
    this.#token = token;
    this.#signal = signal;
  }

  /** Places an order; the same idempotency key places it once, however often it is sent. */
  async place(order: NewOrder, idempotencyKey: string): Promise<void> {
    const response = await this.#send('/orders', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify(order),
    });
    if (!response.ok) {
      const answer = await response.text();
      throw new LocalSystemError(`orders-api refused an order: ${response.status} ${answer}`);
    }
    await response.body?.cancel();
  }

  /** The ids of pending orders, no more than `limit` of them. */
  async pending(limit: number): Promise<string[]> {
    const response = await this.#send(`/orders?status=pending&limit=${limit}`, { method: 'GET' });
    const answer: unknown = await response.json();
    if (!response.ok || !isPage(answer)) {
      throw new LocalSystemError(`orders-api does not list the orders: ${response.status}`);
    }
    return answer.items.map((order) => order.id);
  }

  /** Placing twice changes nothing, so whatever may have been a passing failure is tried again. */
  async #send(path: string, init: RequestInit): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#tryToSend(path, init);
      if (response !== undefined && !isPassing(response.status)) return response;
      if (attempt === ATTEMPTS) {
        throw new LocalSystemError(
          `orders-api does not answer: ${response?.status ?? 'no connection'}`,
        );
      }
      await response?.body?.cancel();
      await sleep(FIRST_RETRY_MS * 2 ** attempt, undefined, { signal: this.#signal });
    }
  }

  async #tryToSend(path: string, init: RequestInit): Promise<Response | undefined> {
    const token = await this.#token.get();
    try {
      return await fetch(`${this.#url}${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${token}` },
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(ANSWER_MS)]),
      });
    } catch {
      this.#signal.throwIfAborted();
      return undefined;
    }
  }
}

function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

function isPage(value: unknown): value is { readonly items: readonly { readonly id: string }[] } {
  return (
    typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items)
  );
}
