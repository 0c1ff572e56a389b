import type { BearerRequests } from '../load/workloads/bearer-requests.ts';
import { accessTokenFor } from './access-token.ts';
import { insertOrders } from './insert-orders.ts';
import type { MeasuredSystem } from './measured-system.ts';

/** Reads of one order of the orders-api, by one token. */
export async function orderReads(measured: MeasuredSystem): Promise<BearerRequests> {
  const accessToken = await accessTokenFor(measured, 'order-entry');
  const [orderId = ''] = await insertOrders(measured, 1);
  return {
    kind: 'bearer',
    path: `/orders/${orderId}`,
    accessToken,
    expected: orderId,
  };
}
