import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { closedLoop, openLoop } from './arrivals.ts';
import { HttpConnection, type Answer } from './http-connection.ts';
import { Tally } from './tally.ts';
import { httpRequest, type Workload } from './workloads/workload.ts';

/** Requests of which each is to be answered by its number. */
class Numbers implements Workload {
  sent = 0;

  prepare(): void {
    this.sent = 0;
  }

  next(): string {
    this.sent += 1;
    return httpRequest('POST', '/', { 'content-type': 'text/plain' }, `number ${this.sent}`);
  }

  check({ status, body }: Answer): void {
    if (status !== 200 || !body.startsWith('number ')) throw new Error(`${status} ${body}`);
  }
}

describe('the load', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  it('is kept up on each connection until there are as many answers as were wanted', async () => {
    const connections = await connect(echo, 3);
    const numbers = new Numbers();
    const tally = new Tally({ warmUpMs: 0, durationMs: 60_000, requests: 50 });

    await closedLoop(connections, numbers, tally);

    expect(tally.result().answers).toBe(50);
    // The other connections had sent theirs when the fiftieth answer came.
    expect(numbers.sent).toBe(52);
  });

  it('does not count what comes before the warm-up is over', () => {
    const tally = new Tally({ warmUpMs: 60_000, durationMs: 1 });

    tally.count(performance.now());

    expect(() => tally.result()).toThrow('nothing was answered in time');
  });

  it('fails at the first answer that is not good', async () => {
    const refusals: RequestListener = (request, response) => {
      if (request.headers['content-length'] === '8') echo(request, response);
      else refuse(request, response);
    };
    const connections = await connect(refusals, 1);

    // "number 10" is the first that is longer.
    await expect(
      closedLoop(connections, new Numbers(), new Tally({ warmUpMs: 0, durationMs: 60_000 })),
    ).rejects.toThrow('503 no');
  });

  it('comes at its rate', async () => {
    const connections = await connect(echo, 2);
    const tally = new Tally({ warmUpMs: 0, durationMs: 60_000, requests: 20 });
    const startedAt = performance.now();

    await openLoop(connections, new Numbers(), tally, 200);

    // The twentieth is due after 95 ms.
    expect(performance.now() - startedAt).toBeGreaterThan(90);
    expect(tally.result().answers).toBe(20);
  });

  it('that comes at a rate fails at the first answer that is not good, too', async () => {
    const connections = await connect(refuse, 1);
    const tally = new Tally({ warmUpMs: 0, durationMs: 60_000, requests: 20 });

    await expect(openLoop(connections, new Numbers(), tally, 200)).rejects.toThrow('503 no');
  });

  it('lets a request wait from when it was due, not from when a connection was free', async () => {
    const slow: RequestListener = (request, response) => {
      setTimeout(() => echo(request, response), 30);
    };
    const connections = await connect(slow, 1);
    const tally = new Tally({ warmUpMs: 0, durationMs: 60_000, requests: 2 });

    await openLoop(connections, new Numbers(), tally, 1_000);

    // The second is due a millisecond after the first, and sent thirty later.
    expect(tally.result().latencyMs.max).toBeGreaterThan(50);
  });

  it('reads an answer that comes in pieces', async () => {
    const [connection] = await connect((_request, response) => {
      response.writeHead(200, { 'content-length': '6' });
      response.write('pie');
      setImmediate(() => response.end('ces'));
    }, 1);

    await expect(connection?.send(httpRequest('GET', '/', {}))).resolves.toEqual({
      status: 200,
      body: 'pieces',
    });
  });

  it('fails when the server closes the connection', async () => {
    const [connection] = await connect((request) => request.socket.destroy(), 1);

    await expect(connection?.send(httpRequest('GET', '/', {}))).rejects.toThrow();
  });

  async function connect(listener: RequestListener, count: number): Promise<HttpConnection[]> {
    server?.close();
    server = createServer(listener).listen(0, 'localhost');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return Promise.all(Array.from({ length: count }, () => HttpConnection.open(port)));
  }
});

const echo: RequestListener = (request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    response.writeHead(200, { 'content-length': String(body.length) }).end(body);
  });
};

const refuse: RequestListener = (_request, response) => {
  response.writeHead(503, { 'content-length': '2' }).end('no');
};
