import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeConnectionsInTime } from './closing-connections.hook.js';

const GRACE_MS = 300;
/** Less than any time limit of Node.js and Fastify. */
const PATIENCE = { timeout: 4_000, interval: 10 };
const HEAD =
  'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n';

describe('a server that is closing', () => {
  let server: FastifyInstance;
  let received: number;
  let closed: boolean;
  const sockets: Socket[] = [];

  beforeEach(() => start(GRACE_MS));

  async function start(graceMs: number): Promise<void> {
    received = 0;
    closed = false;
    server = fastify();
    closeConnectionsInTime(server, graceMs);
    server.addHook('onRequest', (_request, _reply, done) => {
      received += 1;
      done();
    });
    server.post('/', () => 'done');
    await server.listen({ port: 0, host: '127.0.0.1' });
  }

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.close();
  });

  it.each([
    ['nothing', ''],
    ['half of a head', HEAD.slice(0, 40)],
    ['less of a body than was announced', `${HEAD}hal`],
  ])('waits for no caller who has sent %s', async (_what, bytes) => {
    const { socket } = await open(bytes);

    close();

    await expect.poll(() => closed, PATIENCE).toBe(true);
    await expect.poll(() => socket.destroyed, PATIENCE).toBe(true);
  });

  it('answers a request at hand, and ends its connection with the answer', async () => {
    await server.close();
    // Longer than anything that is waited for.
    await start(60_000);
    const connection = await open(HEAD);
    await expect.poll(() => received, PATIENCE).toBe(1);

    close();
    connection.socket.write('whole');

    await expect.poll(() => closed, PATIENCE).toBe(true);
    await expect
      .poll(connection.text, PATIENCE)
      .toMatch(/^HTTP\/1.1 200 .*\r\nconnection: close\r\n.*done$/is);
  });

  it('leaves a connection as it is before', async () => {
    const connection = await open('GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n');

    await expect.poll(connection.text, PATIENCE).toContain('Connection: keep-alive');
  });

  async function open(bytes: string): Promise<{ socket: Socket; text: () => string }> {
    const { port } = server.server.address() as AddressInfo;
    const accepted = once(server.server, 'connection');
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    // That it was cut off is what is waited for.
    socket.on('error', () => undefined);
    await accepted;
    socket.write(bytes);
    return { socket, text: () => text };
  }

  function close(): void {
    void server.close().then(() => (closed = true));
  }
});
