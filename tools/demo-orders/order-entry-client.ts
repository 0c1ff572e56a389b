import type { LocalSystem } from '../local-system/index.ts';
import { AccessToken } from './access-token.ts';
import { OrdersClient } from './orders-client.ts';

/** Calls the orders-api of a system as the demo's client that places orders. */
export async function orderEntryClient(
  system: LocalSystem,
  signal: AbortSignal,
): Promise<OrdersClient> {
  const { 'auth-server': issuer, 'orders-api': ordersApi } = system.urls;
  const credentials = await system.credentials('order-entry');
  const token = new AccessToken(credentials, `${issuer}/oauth2/token`, ordersApi);
  return new OrdersClient(ordersApi, token, signal);
}
