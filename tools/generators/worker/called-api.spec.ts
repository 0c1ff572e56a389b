import { describe, expect, it } from 'vitest';
import { calledApi } from './called-api.ts';

describe('the API that a worker calls', () => {
  it('is known with its port and its read scope', () => {
    expect(calledApi('orders-api')).toEqual({
      name: 'orders-api',
      port: 3001,
      constant: 'ORDERS_API',
      className: 'OrdersApi',
      resources: 'orders',
      scope: 'orders:read',
    });
  });

  it.each(['invoices-api', 'auth-server', 'toString', ''])('is not %j', (name) => {
    expect(() => calledApi(name)).toThrow('--calls takes orders-api');
  });
});
