import { describe, expect, it } from 'vitest';
import { renameSample } from './sample-words.ts';
import { serviceCalled } from './service.ts';

const service = serviceCalled('line-items-api');

describe('the names of the sample', () => {
  it.each([
    ['docker-compose.yml', '${ORDERS_API_PORT:-3001}', '${LINE_ITEMS_API_PORT:-3001}'],
    ['deploy/a.json', '"scope": "orders:read"', '"scope": "line-items:read"'],
    ['docs/a.md', 'the orders-api and order-entry', 'the line-items-api and demo-client'],
    ['tools/local-system/a.ts', "'orders:write'", "'line-items:write'"],
    ['apps/e2e/src/a.ts', 'system.ordersApi', 'system.lineItemsApi'],
    ['apps/e2e/src/a.ts', "callOrders('/orders?limit=1')", "callLineItems('/line-items?limit=1')"],
    ['apps/e2e/src/a.ts', 'ORDERS_DATABASE_URL', 'LINE_ITEMS_DATABASE_URL'],
    ['apps/e2e/src/a.ts', 'const order = newOrder()', 'const lineItem = newLineItem()'],
    ['apps/e2e/src/a.ts', "from './support/orders.js'", "from './support/line-items.js'"],
    ['apps/e2e/src/setup/container-a.ts', "databaseUrl('orders')", "databaseUrl('line_items')"],
  ])('become those of the service in %s: %s', (file, before, after) => {
    expect(renameSample(file, before, service)).toBe(after);
  });

  it.each([
    'libs/guards/README.md',
    'docs/decisions/0007-one.md',
    'apps/auth-server/src/a.spec.ts',
  ])('stay in %s, where they are an example', (file) => {
    const text = "the orders-api asks for 'orders:read'";
    expect(renameSample(file, text, service)).toBe(text);
  });
});
