import { fastify, type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Metrics } from '../metrics/metrics.js';
import { managementRoutes } from './management.plugin.js';
import { Readiness } from './readiness.js';

describe('the management routes', () => {
  const metrics = new Metrics('orders-api');
  let databaseIsUp = true;
  let token: 'up' | 'degraded' = 'up';
  let server: FastifyInstance;
  let url: string;

  beforeAll(async () => {
    const readiness = new Readiness();
    readiness.add({
      name: 'database',
      check: () => (databaseIsUp ? Promise.resolve() : Promise.reject(new Error('hunter2'))),
    });
    readiness.add({ name: 'access token', check: async () => token });
    server = fastify();
    await server.register(managementRoutes(readiness, metrics));
    url = await server.listen({ port: 0, host: 'localhost' });
  });

  afterAll(() => server.close());

  it('turns readiness red, and leaves liveness green, while a dependency is down (O03)', async () => {
    databaseIsUp = false;
    const [red, live] = [await fetch(`${url}/health/ready`), await fetch(`${url}/health/live`)];
    databaseIsUp = true;
    const green = await fetch(`${url}/health/ready`);

    expect([red.status, live.status, green.status]).toEqual([503, 200, 200]);
    await expect(red.json()).resolves.toEqual({
      status: 'not ready',
      checks: { database: 'down', 'access token': 'up' },
    });
    await expect(live.json()).resolves.toEqual({ status: 'alive' });
  });

  it('leaves readiness green while a dependency is degraded', async () => {
    token = 'degraded';
    const ready = await fetch(`${url}/health/ready`);
    const text = await (await fetch(`${url}/metrics`)).text();
    token = 'up';

    expect(ready.status).toBe(200);
    await expect(ready.json()).resolves.toEqual({
      status: 'ready',
      checks: { database: 'up', 'access token': 'degraded' },
    });
    expect(text).toMatch(/service_dependency_up\{dependency="access token",[^}]*\} 1\n/);
  });

  it('shows the metrics as Prometheus text, with the name of the service', async () => {
    metrics.recordRequest('GET', '/orders', 200, 0.002);

    const response = await fetch(`${url}/metrics`);

    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/);
    const count = (await response.text())
      .split('\n')
      .find((line) => line.startsWith('http_server_request_duration_seconds_count'));
    expect(count).toContain('route="/orders"');
    expect(count).toContain('service="orders-api"');
    expect(count).toMatch(/ 1$/);
  });

  it.each(['/health/live', '/health/ready', '/metrics'])('lets nobody store %s', async (path) => {
    const response = await fetch(url + path);

    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});
