import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { requireFreePorts, resolvePorts } from './addresses.ts';
import { forEachApp } from './apps.ts';

describe('resolvePorts', () => {
  it('has defaults', async () => {
    await expect(resolvePorts({}, {})).resolves.toMatchObject({
      'auth-server': 3000,
      'orders-api': 3001,
      'billing-worker': 3002,
    });
  });

  it('prefers what was given to the environment', async () => {
    const environment = { AUTH_SERVER_PORT: '4000', ORDERS_API_PORT: '4001' };
    await expect(resolvePorts({ 'orders-api': 5001 }, environment)).resolves.toMatchObject({
      'auth-server': 4000,
      'orders-api': 5001,
    });
  });

  it('finds a free port for 0', async () => {
    const ports = await resolvePorts({ 'auth-server': 0 }, {});
    expect(ports['auth-server']).toBeGreaterThan(1_023);
  });

  it.each(['http', '-1', '65536', '3000.5'])('refuses %s, naming the variable', async (text) => {
    await expect(resolvePorts({}, { ORDERS_API_PORT: text })).rejects.toThrow('ORDERS_API_PORT');
  });

  it('refuses one port for two apps, naming both', async () => {
    await expect(resolvePorts({}, { ORDERS_API_PORT: '3000' })).rejects.toThrow(
      /auth-server and orders-api.*3000/,
    );
  });
});

describe('requireFreePorts', () => {
  it.each(['127.0.0.1', '::1'])(
    'names a port taken on %s, the app and the variable',
    async (host) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, host, resolve));
      const { port } = server.address() as AddressInfo;
      const free = await resolvePorts(
        forEachApp(() => 0),
        {},
      );
      await expect(requireFreePorts({ ...free, 'auth-server': port })).rejects.toThrow(
        `port ${port}, wanted by auth-server, is already in use; ` +
          'choose another with AUTH_SERVER_PORT',
      );
      server.close();
    },
  );
});
