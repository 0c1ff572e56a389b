import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { LocalSystemError } from './local-system-error.ts';

/** Below what Linux and macOS hand out for outgoing connections, which could take it meanwhile. */
const FREE_PORT_RANGE = { from: 20_000, to: 32_000 };
const FREE_PORT_ATTEMPTS = 100;

/** `localhost` is either, depending on the resolver. */
const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1'];

/** Those that were found: what is to listen on one may not have been started yet. */
const found = new Set<number>();

/** Finds a port that nothing listens on, another one each time, that stays free while a server on it is restarted. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < FREE_PORT_ATTEMPTS; attempt++) {
    const port = randomInt(FREE_PORT_RANGE.from, FREE_PORT_RANGE.to);
    if (found.has(port)) continue;
    found.add(port);
    if ((await portObstacle(port)) === undefined) return port;
  }
  throw new LocalSystemError('no free port was found on localhost');
}

/** Why a server could not listen on this port of localhost; undefined if it could. */
export async function portObstacle(port: number): Promise<string | undefined> {
  for (const address of LOOPBACK_ADDRESSES) {
    const code = await tryToListen(port, address);
    if (code === 'EADDRINUSE') return 'is already in use';
    if (code === 'EACCES') return 'may not be used by this user';
  }
  return undefined;
}

function tryToListen(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
