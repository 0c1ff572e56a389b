import { fastify } from 'fastify';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useRefusedBodies } from './refused-body.hook.js';

const LIMIT = 1_024;
const PIECE = 'x'.repeat(16 * 1_024);
const PIECES = 64;

describe('a body that is too large', () => {
  const server = fastify({ bodyLimit: LIMIT });

  beforeAll(async () => {
    useRefusedBodies(server);
    server.post('/', async () => 'taken');
    await server.listen({ port: 0, host: '127.0.0.1' });
  });

  afterAll(() => server.close());

  it.each([
    ['with its length told', `content-length: ${PIECE.length * PIECES}`, (piece: string) => piece],
    [
      'in chunks',
      'transfer-encoding: chunked',
      (piece: string) => `${piece.length.toString(16)}\r\n${piece}\r\n`,
    ],
  ])(
    '%s can be sent to its end, and the answer be read thereafter',
    async (_name, header, framed) => {
      const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
      let broken: Error | undefined;
      socket.on('error', (error) => (broken = error));
      await once(socket, 'connect');
      socket.write(
        `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${header}\r\n\r\n`,
      );

      for (let piece = 0; piece < PIECES; piece += 1) {
        if (!socket.write(framed(PIECE))) await once(socket, 'drain');
        await turn();
      }
      if (header.startsWith('transfer')) socket.write('0\r\n\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];

      expect(broken).toBeUndefined();
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
      socket.destroy();
    },
  );
});
