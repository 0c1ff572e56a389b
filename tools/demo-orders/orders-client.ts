import { setTimeout as sleep } from 'node:timers/promises';
import { LocalSystemError } from '../local-system/local-system-error.ts';
import type { AccessToken } from './access-token.ts';
import type { NewOrder } from './demo-orders.ts';
import { isPassingFailure } from './passing-failure.ts';

/** In all a minute: longer than it takes until an API that was killed, and once more, is there again. */
const ATTEMPTS = 15;
const FIRST_RETRY_MS = 400;
const LONGEST_RETRY_MS = 5_000;
const ANSWER_MS = 10_000;

interface OrdersRequest {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A client of orders-api with an access token of its own. */
export class OrdersClient {
  readonly #url: string;
  readonly #token: AccessToken;
  readonly #signal: AbortSignal;
  readonly #pause: (milliseconds: number) => Promise<unknown>;

  constructor(
    url: string,
    token: AccessToken,
    signal: AbortSignal,
    pause = (milliseconds: number): Promise<unknown> => sleep(milliseconds, undefined, { signal }),
  ) {
    this.#pause = pause;
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
  async #send(path: string, init: OrdersRequest): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#tryToSend(path, init);
      if (response !== undefined && !isPassingFailure(response.status)) return response;
      if (attempt === ATTEMPTS) {
        throw new LocalSystemError(
          `orders-api does not answer: ${response?.status ?? 'no connection'}`,
        );
      }
      await response?.body?.cancel();
      await this.#pause(Math.min(FIRST_RETRY_MS * 2 ** (attempt - 1), LONGEST_RETRY_MS));
    }
  }

  async #tryToSend(path: string, init: OrdersRequest): Promise<Response | undefined> {
    try {
      const token = await this.#token.get();
      return await fetch(`${this.#url}${path}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${token}` },
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(ANSWER_MS)]),
      });
    } catch (error) {
      this.#signal.throwIfAborted();
      if (error instanceof LocalSystemError) throw error;
      return undefined;
    }
  }
}

function isPage(value: unknown): value is { readonly items: readonly { readonly id: string }[] } {
  return (
    typeof value === 'object' && value !== null && 'items' in value && Array.isArray(value.items)
  );
}
