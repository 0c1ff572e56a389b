import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccessToken } from './access-token.ts';
import { demoOrder } from './demo-orders.ts';
import { OrdersClient } from './orders-client.ts';

const credentials = { client_id: 'order:entry', client_secret: 's %' };

/** An authorization server and an API in one, whose answers to the API's requests are set. */
describe('OrdersClient', () => {
  let server: Server;
  let requests: string[];
  let answers: { status: number; body: unknown }[];
  let client: OrdersClient;
  let pauses: number[];

  beforeEach(async () => {
    requests = [];
    answers = [];
    pauses = [];
    server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      const answer =
        request.url === '/oauth2/token'
          ? { status: 200, body: { access_token: 't1', expires_in: 300 } }
          : answers.shift();
      response.writeHead(answer?.status ?? 500).end(JSON.stringify(answer?.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const token = new AccessToken(credentials, `${url}/oauth2/token`, url);
    client = new OrdersClient(url, token, new AbortController().signal, async (milliseconds) =>
      pauses.push(milliseconds),
    );
  });

  afterEach(() => server.close());

  it('asks for one token, with form-encoded credentials, and uses it', async () => {
    answers = Array.from({ length: 3 }, () => ({ status: 201, body: {} }));
    await Promise.all([1, 2, 3].map((key) => client.place(demoOrder(key), String(key))));
    const basic = Buffer.from('order%3Aentry:s+%25').toString('base64');
    expect(requests).toEqual([
      `POST /oauth2/token Basic ${basic}`,
      ...Array.from({ length: 3 }, () => 'POST /orders Bearer t1'),
    ]);
  });

  it('repeats what may have failed for a moment', async () => {
    answers = [
      { status: 503, body: {} },
      { status: 200, body: { items: [{ id: 'a1' }], nextCursor: null } },
    ];
    await expect(client.pending(1)).resolves.toEqual(['a1']);
  });

  it('has patience for a minute with an API that is being started again', async () => {
    await expect(client.pending(1)).rejects.toThrow('orders-api does not answer: 500');
    const waited = pauses.reduce((sum, milliseconds) => sum + milliseconds);
    expect(waited).toBeGreaterThan(50_000);
    expect(waited).toBeLessThan(70_000);
  });

  it('does not repeat what was refused, and says why it was', async () => {
    answers = [{ status: 400, body: { title: 'no lines' } }];
    await expect(client.place(demoOrder(1), '1')).rejects.toThrow(/400 .*no lines/);
    expect(requests).toHaveLength(2);
  });
});
