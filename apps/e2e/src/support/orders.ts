import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { members, send, type Answer, shown } from './http.js';
import { aString } from './matchers.js';
import { system } from './system.js';

export interface OrderLine {
  readonly sku: string;
  readonly quantity: number;
  readonly unitPrice: string;
}

export interface Order {
  readonly id: string;
  readonly customerId: string;
  readonly lines: readonly OrderLine[];
  readonly currency: string;
  readonly total: string;
  readonly status: 'pending' | 'billed' | 'cancelled';
  readonly createdAt: string;
  readonly invoiceId?: string;
  readonly billedAt?: string;
}

export interface OrderPage {
  readonly items: readonly Order[];
  readonly nextCursor: string | null;
}

export interface Problem {
  readonly status: number;
  readonly code?: string;
  readonly errors?: readonly { readonly field: string; readonly detail: string }[];
}

export interface ApiRequest {
  readonly method?: string;
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A good body for `POST /orders`. */
export function newOrder(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    customerId: 'customer-42',
    currency: 'EUR',
    lines: [{ sku: 'SKU-1', quantity: 2, unitPrice: '10.25' }],
    ...changes,
  };
}

/** Calls an orders API; a body that is no text is sent as JSON. */
export async function callOrders(
  path: string,
  { method = 'GET', token, body, headers = {} }: ApiRequest = {},
  baseUrl = system.ordersApi,
): Promise<Answer> {
  return send(`${baseUrl}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

/** Places an order under an idempotency key, by default one that was never used. */
export async function postOrder(
  token: string,
  body: unknown = newOrder(),
  key: string = randomUUID(),
  baseUrl = system.ordersApi,
): Promise<Answer> {
  const headers = { 'idempotency-key': key };
  return callOrders('/orders', { method: 'POST', token, body, headers }, baseUrl);
}

export async function placeOrder(token: string, body: unknown = newOrder()): Promise<Order> {
  return orderIn(await postOrder(token, body), 201);
}

/** Places an order at another orders-api than the system's. */
export async function placeOrderAt(baseUrl: string, token: string): Promise<Order> {
  return orderIn(await postOrder(token, newOrder(), randomUUID(), baseUrl), 201);
}

export async function showOrder(
  token: string,
  id: string,
  baseUrl = system.ordersApi,
): Promise<Order> {
  return orderIn(await callOrders(`/orders/${id}`, { token }, baseUrl), 200);
}

export function orderIn(answer: Answer, status: number): Order {
  expect(answer.status, shown(answer)).toBe(status);
  return members(answer) as unknown as Order;
}

export async function listOrders(
  token: string,
  query: Readonly<Record<string, string>>,
): Promise<OrderPage> {
  const answer = await callOrders(`/orders?${new URLSearchParams(query).toString()}`, { token });
  expect(answer.status, shown(answer)).toBe(200);
  return members(answer) as unknown as OrderPage;
}

/** A problem answer (RFC 9457) with the given status; its members beyond that are returned. */
export function problemIn(answer: Answer, status: number): Problem {
  expect(answer.status, shown(answer)).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const problem = members(answer) as unknown as Problem;
  expect(problem).toMatchObject({ type: aString, title: aString, status });
  return problem;
}

/** The fields that a 400 names as faulty, each once. */
export function faultyFields(answer: Answer): string[] {
  const { errors = [] } = problemIn(answer, 400);
  return [...new Set(errors.map(({ field }) => field))];
}

/** A good body for `PUT /orders/{id}/billing`. */
export function billingOf(order: Order, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    invoiceId: randomUUID(),
    amount: order.total,
    currency: order.currency,
    billedAt: '2026-01-02T03:04:05.000Z',
    ...changes,
  };
}

export async function putBilling(token: string, id: string, body: unknown): Promise<Answer> {
  return callOrders(`/orders/${id}/billing`, { method: 'PUT', token, body });
}

const MOST_RACES = 10;

/**
 * Places an order and does something with it while it is pending. The system's own worker may bill it
 * at any moment; then the same is tried with another order.
 *
 * @param act gets the order and the invoice that it may bill it by.
 */
export async function withPendingOrder<Result>(
  token: string,
  act: (order: Order, invoiceId: string) => Promise<Result>,
): Promise<Result> {
  for (let race = 0; race < MOST_RACES; race++) {
    const order = await placeOrder(token);
    const invoiceId = randomUUID();
    const result = await act(order, invoiceId);
    const { invoiceId: winner = invoiceId } = await showOrder(token, order.id);
    if (winner === invoiceId) return result;
  }
  throw new Error('the worker was always faster');
}
