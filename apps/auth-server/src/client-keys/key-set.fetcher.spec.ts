import { TestHttpServer, type TestAnswer } from '@m2m/testing';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { KeySetFetcher } from './key-set.fetcher.js';

describe('KeySetFetcher', () => {
  let server: TestHttpServer;
  let answer: TestAnswer;
  const here = new KeySetFetcher({ privateAddresses: true });
  const outside = new KeySetFetcher({ privateAddresses: false });

  beforeEach(async () => {
    answer = { body: { keys: [{ kty: 'EC' }] } };
    server = await TestHttpServer.start(() => answer);
  });

  afterEach(() => server.stop());

  it('returns the keys of a set', async () => {
    await expect(here.fetch(`${server.url}/jwks?v=1`)).resolves.toEqual([{ kty: 'EC' }]);
    expect(server.requests.map(({ path }) => path)).toEqual(['/jwks?v=1']);
  });

  it.each<[string, TestAnswer]>([
    ['an error', { status: 500, body: { keys: [] } }],
    ['another success', { status: 203, body: { keys: [] } }],
    ['no JSON', { body: 'hunter2' }],
    ['nothing', { body: '' }],
    ['null', { body: 'null' }],
    ['a list', { body: '[]' }],
    ['keys that are no list', { body: { keys: {} } }],
    ['more than 64 KiB', { body: { keys: [], padding: 'x'.repeat(65_536) } }],
  ])('refuses %s, and repeats nothing of it', async (_kind, given) => {
    answer = given;

    const refusal: unknown = await here.fetch(server.url).catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(Error);
    expect(String(refusal)).not.toContain('hunter2');
  });

  it('does not follow a redirect, to wherever it leads', async () => {
    answer = { status: 302, headers: { location: `${server.url}/elsewhere` } };

    await expect(here.fetch(`${server.url}/jwks`)).rejects.toThrow('answered 302');
    expect(server.requests.map(({ path }) => path)).toEqual(['/jwks']);
  });

  it.each(['localhost', '127.0.0.1', '[::1]', '127.1', '2130706433', '[::ffff:127.0.0.1]'])(
    'refuses https://%s/ where private addresses are refused',
    async (host) => {
      const { port } = new URL(server.url);

      await expect(outside.fetch(`https://${host}:${port}/`)).rejects.toThrow(
        'has no address that may be connected to',
      );
      expect(server.requests).toHaveLength(0);
    },
  );

  it('refuses plain HTTP, save from this machine where that is allowed', async () => {
    await expect(outside.fetch(server.url)).rejects.toThrow('must be https');
    await expect(here.fetch('http://10.0.0.1/')).rejects.toThrow('must be https');
    await expect(here.fetch('http://client.example/')).rejects.toThrow('must be https');
  });

  it('refuses metadata services even where private addresses are allowed', async () => {
    const rebound = new KeySetFetcher({
      privateAddresses: true,
      resolve: async () => ['169.254.169.254'],
    });

    for (const url of ['https://169.254.169.254/', 'https://[fe80::1]/']) {
      await expect(here.fetch(url)).rejects.toThrow('no address');
    }
    await expect(rebound.fetch('https://client.example/')).rejects.toThrow('no address');
  });

  describe('behind a name', () => {
    let listener: Server;
    let connections: number;
    let url: string;

    beforeEach(async () => {
      connections = 0;
      listener = createServer((socket) => {
        connections += 1;
        socket.destroy();
      });
      await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
      url = `https://client.example:${(listener.address() as AddressInfo).port}/`;
    });

    afterEach(() => new Promise((resolve) => listener.close(resolve)));

    it.each<[string, string[]]>([
      ['one private address', ['127.0.0.1']],
      ['private addresses of both kinds', ['127.0.0.1', '::1', '::ffff:127.0.0.1']],
      ['no address', []],
    ])('connects to nothing for %s', async (_kind, addresses) => {
      const fetcher = new KeySetFetcher({
        privateAddresses: false,
        resolve: async () => addresses,
      });

      await expect(fetcher.fetch(url)).rejects.toThrow('has no address that may be connected to');
      expect(connections).toBe(0);
    });

    it('connects to the very address that was judged, however the name changes (DNS rebinding)', async () => {
      const asked: string[] = [];
      const fetcher = new KeySetFetcher({
        privateAddresses: true,
        resolve: async (hostname) => {
          asked.push(hostname);
          return asked.length === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
        },
      });

      // The listener speaks no TLS: that it was reached is all that counts.
      await expect(fetcher.fetch(url)).rejects.toThrow();
      expect(asked).toEqual(['client.example']);
      expect(connections).toBe(1);
      await expect(fetcher.fetch(url)).rejects.toThrow('no address');
      expect(connections).toBe(1);
    });

    it('says why a name cannot be resolved', async () => {
      const fetcher = new KeySetFetcher({
        privateAddresses: false,
        resolve: () => Promise.reject(new Error('the name server is away')),
      });

      await expect(fetcher.fetch(url)).rejects.toThrow('the name server is away');
    });
  });

  it(
    'gives up after three seconds, also in the middle of an answer',
    { timeout: 30_000 },
    async ({ onTestFinished }) => {
      const url = await sayingOnly(
        'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{',
        onTestFinished,
      );

      await expect(here.fetch(url)).rejects.toThrow('aborted');
    },
  );

  it('gives up when it is to speak another protocol', async ({ onTestFinished }) => {
    const another = 'HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: x\r\n\r\n';
    const url = await sayingOnly(another, onTestFinished);

    await expect(here.fetch(url)).rejects.toThrow('closed the connection without an answer');
  });
});

/** The address of a server that says this to everybody, and nothing after it. */
async function sayingOnly(
  text: string,
  onTestFinished: TestContext['onTestFinished'],
): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(text));
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
