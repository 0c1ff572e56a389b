import { InjectHttpService, retryAfterMs, TokenRequestError } from '@m2m/client-credentials';
import { problemCodes, type Billing } from '@m2m/orders-contract';
import { HttpService } from '@nestjs/axios';
import { Injectable } from '@nestjs/common';
import { isAxiosError, isCancel } from 'axios';
import { BILLING } from '../billing.registration.js';
import { listedOrders, readOrder, type ListedOrder } from './listed-order.js';
import {
  AccessRefusedError,
  OrdersApiUnavailableError,
  ReportRefusedError,
} from './orders-api.errors.js';

const PAGE_SIZE = 100;
/**
 * For a page from its token to its last byte, however slowly it comes: a time limit of axios is one without data.
 * Shorter than the time that a worker has for stopping, so that it does not wait for such a page in vain.
 */
const PAGE_TIMEOUT_MS = 15_000;

/** The orders API, as the worker uses it. */
@Injectable()
export class OrdersApiClient {
  constructor(@InjectHttpService(BILLING) private readonly http: HttpService) {}

  /**
   * All pending orders, page by page.
   *
   * @param stop ends it early, between two pages, by its reason.
   * @throws OrdersApiUnavailableError, AccessRefusedError
   */
  async *pendingOrders(stop: AbortSignal): AsyncGenerator<readonly ListedOrder[]> {
    let cursor: string | null | undefined;
    while (cursor !== null) {
      stop.throwIfAborted();
      const page = await this.page(cursor);
      yield page.orders;
      if (page.nextCursor === cursor)
        throw new OrdersApiUnavailableError('its list does not go on');
      cursor = page.nextCursor;
    }
  }

  /**
   * Reports that an order has been billed. Can be repeated.
   *
   * @param abandon gives up waiting for the answer, however slowly it comes: a time limit of axios is one without data.
   * @throws ReportRefusedError if the API will never accept it, AccessRefusedError, OrdersApiUnavailableError.
   */
  async reportBilling(orderId: string, billing: Billing, abandon: AbortSignal): Promise<void> {
    try {
      // By `put`, axios would merge its defaults into one configuration more.
      await this.http.axiosRef.request({
        method: 'put',
        url: `/orders/${orderId}/billing`,
        data: billing,
        signal: abandon,
      });
    } catch (error) {
      throw reportError(error);
    }
  }

  private async page(cursor: string | undefined) {
    const params = { status: 'pending', limit: PAGE_SIZE, ...(cursor !== undefined && { cursor }) };
    const signal = AbortSignal.timeout(PAGE_TIMEOUT_MS);
    try {
      const { data } = await this.http.axiosRef.get<unknown>('/orders', { params, signal });
      return pageIn(data);
    } catch (error) {
      throw unavailable(isCancel(error) ? new Error('its list takes too long') : error);
    }
  }
}

function pageIn(body: unknown) {
  const { success, data: page } = listedOrders.safeParse(body);
  const orders = page?.items.map(readOrder);
  if (!success || !orders || !areKnown(orders)) throw new Error('its list is not one of orders');
  return { orders, nextCursor: page.nextCursor };
}

function areKnown(orders: readonly (ListedOrder | undefined)[]): orders is readonly ListedOrder[] {
  return !orders.includes(undefined);
}

/**
 * An answer is final only with one of the API's own problem codes. A bare 404, say, may come from a gateway
 * in front of it.
 */
const FINAL_STATUS = new Set([400, 404, 409, 422]);
const OWN_CODES: ReadonlySet<unknown> = new Set(Object.values(problemCodes));

function reportError(error: unknown): Error {
  const response = isAxiosError<{ code?: unknown } | undefined>(error) ? error.response : undefined;
  const code = response?.data?.code;
  if (!response || !FINAL_STATUS.has(response.status) || !OWN_CODES.has(code)) {
    return unavailable(error);
  }
  return new ReportRefusedError(String(code));
}

function unavailable(error: unknown): OrdersApiUnavailableError {
  if (isRefusedAccess(error)) return new AccessRefusedError(reasonOf(error));
  return new OrdersApiUnavailableError(reasonOf(error), retryAfterOf(error));
}

function isRefusedAccess(error: unknown): boolean {
  if (error instanceof TokenRequestError) return !error.transient;
  const status = isAxiosError(error) ? error.response?.status : undefined;
  return status === 401 || status === 403;
}

function retryAfterOf(error: unknown): number | undefined {
  if (error instanceof TokenRequestError) return error.retryAfterMs || undefined;
  const header: unknown = isAxiosError(error) ? error.response?.headers['retry-after'] : undefined;
  return retryAfterMs(header, Date.now());
}

// The errors of axios carry the whole request: nothing but a status or a code goes on from here.
function reasonOf(error: unknown): string {
  if (!isAxiosError(error)) return error instanceof Error ? error.message : 'unexpected error';
  return error.response ? `it answered ${error.response.status}` : (error.code ?? 'network error');
}
