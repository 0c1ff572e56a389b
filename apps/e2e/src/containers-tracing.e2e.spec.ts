import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { compose, docker, PROJECT } from './setup/docker.js';
import { accessTokenFor } from './support/oauth.js';
import { placeOrder, showOrder } from './support/orders.js';
import { spansIn, type ReceivedSpan } from './support/otlp-receiver.js';
import { runsInContainers, waitUntilReady } from './support/system.js';

const COLLECTOR = `${PROJECT}-collector`;
const PROCESSES = ['postgres', 'auth-server', 'orders-api', 'billing-worker'] as const;
const PATIENCE_MS = 180_000;

/** Keeps the bodies of what is exported to it, and shows them to whoever asks. */
const COLLECT = `
  const bodies = [];
  require('node:http').createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
      if (request.url === '/v1/traces') bodies.push(Buffer.concat(chunks).toString('base64'));
      response.end(request.url === '/bodies' ? JSON.stringify(bodies) : undefined);
    });
  }).listen(4318);`;

const ASK = `
  const response = await fetch('http://127.0.0.1:4318/bodies');
  console.log(await response.text());`;

describe.runIf(runsInContainers)('traces of the composed system', () => {
  beforeAll(async () => {
    await docker(['rm', '--force', COLLECTOR]);
    await docker([
      ...['run', '--detach', '--rm', '--name', COLLECTOR, '--network', `${PROJECT}_services`],
      ...['--init', '--no-healthcheck', '--entrypoint', 'node', `${PROJECT}-ingress`],
      ...['--eval', COLLECT],
    ]);
    // What other tests have stopped has to be well again before Compose is asked.
    for (const name of PROCESSES) await waitUntilReady(name);
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = `http://${COLLECTOR}:4318`;
    await compose(['up', '--detach', '--wait']);
  }, PATIENCE_MS);

  afterAll(async () => {
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
    await compose(['up', '--detach', '--wait']);
    await docker(['rm', '--force', COLLECTOR]);
  }, PATIENCE_MS);

  async function exported(): Promise<ReceivedSpan[]> {
    const asked = await docker(['exec', COLLECTOR, 'node', '--input-type=module', '--eval', ASK]);
    const bodies = JSON.parse(asked) as string[];
    return bodies.flatMap((body) => spansIn(Buffer.from(body, 'base64')));
  }

  it('show a run from the worker to the database of the API and back', async () => {
    const token = await accessTokenFor('e2e-basic');
    const { id } = await placeOrder(token);

    await vi.waitFor(
      async () => {
        expect((await showOrder(token, id)).status).toBe('billed');
        const spans = await exported();
        const report = spans.find(
          ({ service, attributes }) =>
            service === 'orders-api' && attributes['url.path'] === `/orders/${id}/billing`,
        );
        const trace = spans.filter(({ traceId }) => traceId === report?.traceId);
        const seen = new Set(trace.map(({ service, kind }) => `${service} ${kind}`));
        expect(trace.filter(({ parentSpanId }) => parentSpanId === '')).toMatchObject([
          { service: 'billing-worker', kind: 'internal' },
        ]);
        // As a client of the API and of its database, as a server, and as a client of the other database.
        expect(seen).toEqual(
          new Set([
            ...['billing-worker internal', 'billing-worker client'],
            ...['orders-api server', 'orders-api client'],
          ]),
        );
        expect(new Set(spans.map(({ service }) => service))).toContain('auth-server');
      },
      { timeout: 60_000, interval: 500 },
    );
  });
});
