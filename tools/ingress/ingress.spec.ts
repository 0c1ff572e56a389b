import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { startIngress } from './ingress.ts';
import type { Resolve } from './ingress.ts';

describe('ingress', () => {
  const servers: Server[] = [];

  afterEach(async () => {
    await Promise.all(
      servers.splice(0).map((server) => new Promise((closed) => server.close(closed))),
    );
  });

  it('passes connections to the replicas in turn', async () => {
    const port = await replica('127.0.0.1', 'one');
    await replica('127.0.0.2', 'two', port);
    const ingress = await ingressTo(port, async () => ['127.0.0.2', '127.0.0.1']);
    const answers = [await ask(ingress), await ask(ingress), await ask(ingress)];
    expect(answers).toEqual(['one: hello', 'two: hello', 'one: hello']);
  });

  it('passes over a replica that is gone', async () => {
    const port = await replica('127.0.0.2', 'two');
    const ingress = await ingressTo(port, async () => ['127.0.0.1', '127.0.0.2']);
    expect([await ask(ingress), await ask(ingress)]).toEqual(['two: hello', 'two: hello']);
  });

  it('closes the connection where no replica answers or the name is unknown', async () => {
    const closed = await replica('127.0.0.1', 'gone');
    await new Promise((done) => servers.pop()?.close(done));
    expect(await ask(await ingressTo(closed, async () => ['127.0.0.1']))).toBe('');
    expect(await ask(await ingressTo(closed, () => Promise.reject(new Error('ENOTFOUND'))))).toBe(
      '',
    );
  });

  it('ends the connection to the replica when the client breaks off', async () => {
    const { client, replicaSide } = await connection();
    client.resetAndDestroy();
    await once(replicaSide.resume(), 'end');
    replicaSide.destroy();
  });

  it('ends the connection to the client when the replica breaks off', async () => {
    const { client, replicaSide } = await connection();
    replicaSide.resetAndDestroy();
    await once(client.resume(), 'close');
    expect(client.destroyed).toBe(true);
  });

  async function connection(): Promise<{ client: Socket; replicaSide: Socket }> {
    const accepted = Promise.withResolvers<Socket>();
    const port = await listen('127.0.0.1', 0, accepted.resolve);
    const client = connect(await ingressTo(port, async () => ['127.0.0.1']));
    const replicaSide = await accepted.promise;
    for (const socket of [client, replicaSide]) socket.on('error', () => undefined);
    return { client, replicaSide };
  }

  async function ingressTo(port: number, resolve: Resolve): Promise<number> {
    const server = await startIngress({ listenPort: 0, host: 'service', port }, resolve);
    servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  /** Answers all that it is sent with its name, once the client has ended its side. */
  function replica(host: string, name: string, port = 0): Promise<number> {
    return listen(host, port, (socket) => {
      void text(socket).then((question) => socket.end(`${name}: ${question}`));
    });
  }

  async function listen(host: string, port: number, serve: (socket: Socket) => void) {
    const server = createServer({ allowHalfOpen: true }, serve).listen(port, host);
    servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }
});

async function ask(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.end('hello');
  return text(socket).catch(() => '');
}
