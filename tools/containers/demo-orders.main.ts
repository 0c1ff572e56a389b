import { AccessToken } from '../demo-orders/access-token.ts';
import { OrdersClient } from '../demo-orders/orders-client.ts';
import { areDemoOrdersPlaced, seedDemoOrders } from '../demo-orders/seeding.ts';
import { readCredentials } from '../local-system/client-credentials.ts';
import { runTask } from './task.ts';
import { requireVariables } from './variables.ts';
import { SECRETS, secretFiles } from './volumes.ts';

/** On a volume, so that the orders are placed once and not at every start. */
const MARKER = '/var/lib/operations/demo-orders-placed';

await runTask('demo-orders', async (signal) => {
  if (areDemoOrdersPlaced(MARKER)) return 'placed at an earlier start';
  await seedDemoOrders(await ordersClient(signal), MARKER);
  return 'placed';
});

async function ordersClient(signal: AbortSignal): Promise<OrdersClient> {
  const { OAUTH_TOKEN_ENDPOINT, ORDERS_API_URL, ORDERS_API_AUDIENCE } = requireVariables(
    process.env,
    'OAUTH_TOKEN_ENDPOINT',
    'ORDERS_API_URL',
    'ORDERS_API_AUDIENCE',
  );
  const credentials = await readCredentials(secretFiles(SECRETS).credentials('order-entry'));
  const token = new AccessToken(credentials, OAUTH_TOKEN_ENDPOINT, ORDERS_API_AUDIENCE);
  return new OrdersClient(ORDERS_API_URL, token, signal);
}
