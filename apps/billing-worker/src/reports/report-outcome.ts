import { problemCodes } from '@m2m/orders-contract';
import type { InvoiceEntity } from '../invoices/invoice.entity.js';
import type { Settlement } from '../invoices/invoice.repository.js';
import {
  AccessRefusedError,
  OrdersApiUnavailableError,
  ReportRefusedError,
} from '../orders/orders-api.errors.js';

/**
 * How a report of an invoice ended.
 *
 * - `settled`: for good, whichever way.
 * - `retry`: not this time; `leaveAloneMs` is how long the API asked to be left alone.
 * - `no_access`: the worker may not, which says nothing of the invoice.
 * - `postponed`: it was not sent.
 */
export type ReportOutcome =
  | { readonly kind: 'settled'; readonly settlement: Settlement }
  | { readonly kind: 'retry'; readonly reason: string; readonly leaveAloneMs: number }
  | { readonly kind: 'no_access'; readonly reason: string }
  | { readonly kind: 'postponed' };

/** What a dead letter says of an invoice that has been tried often enough. */
export const GAVE_UP = 'orders_api_unavailable';

/** How the report of an invoice ended before; undefined if it has still to be made. */
export function outcomeSoFar({ id, status, failure }: InvoiceEntity): ReportOutcome | undefined {
  if (status === 'issued') return undefined;
  return status === 'failed'
    ? failed(id, failure ?? '')
    : { kind: 'settled', settlement: { id, status } };
}

/**
 * Gives every answer of the API its end: 2xx acknowledges the invoice; a cancelled order voids it; any other
 * refusal is for a person; 401 and 403 are a matter of configuration; all else passes.
 *
 * @throws what is no answer of the API.
 */
export async function outcomeOf(id: string, report: () => Promise<void>): Promise<ReportOutcome> {
  try {
    await report();
    return { kind: 'settled', settlement: { id, status: 'acknowledged' } };
  } catch (error) {
    if (error instanceof ReportRefusedError) return refused(id, error.code);
    if (error instanceof AccessRefusedError) return { kind: 'no_access', reason: error.message };
    if (error instanceof OrdersApiUnavailableError) {
      return { kind: 'retry', reason: error.message, leaveAloneMs: error.retryAfterMs ?? 0 };
    }
    throw error;
  }
}

export function failed(id: string, failure: string): ReportOutcome {
  return { kind: 'settled', settlement: { id, status: 'failed', failure } };
}

function refused(id: string, code: string): ReportOutcome {
  return code === problemCodes.orderCancelled
    ? { kind: 'settled', settlement: { id, status: 'voided' } }
    : failed(id, code);
}
