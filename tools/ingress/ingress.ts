import { resolve4 } from 'node:dns/promises';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** The service that the connections to a port go to. */
export interface Route {
  readonly listenPort: number;
  readonly host: string;
  readonly port: number;
}

/** The addresses of a service's replicas. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const CONNECT_MS = 2_000;
const MOST_CONNECTIONS = 10_000;
/** After so long without a word it is asked whether the other side is still there. */
const IDLE_MS = 60_000;

/**
 * Listens on a port and passes each connection on, byte for byte, to the replicas of a service in turn. A
 * replica that cannot be reached is passed over.
 */
export function startIngress(route: Route, resolve: Resolve = resolve4): Promise<Server> {
  let turn = 0;
  // A client may end its own side and still wait for the answer.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => client.destroy());
    connectToReplica(route, resolve, turn++).then(
      (replica) => join(client, replica),
      () => client.destroy(),
    );
  });
  server.maxConnections = MOST_CONNECTIONS;
  return new Promise((started, failed) => {
    server.once('error', failed).listen(route.listenPort, () => started(server));
  });
}

async function connectToReplica(route: Route, resolve: Resolve, turn: number): Promise<Socket> {
  const addresses = [...(await resolve(route.host))].sort();
  const first = turn % Math.max(addresses.length, 1);
  for (const address of [...addresses.slice(first), ...addresses.slice(0, first)]) {
    const replica = await tryToConnect(address, route.port);
    if (replica) return replica;
  }
  throw new Error(`no replica of ${route.host} answers`);
}

function tryToConnect(host: string, port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, allowHalfOpen: true, timeout: CONNECT_MS });
    const giveUp = () => {
      socket.destroy();
      resolve(undefined);
    };
    socket.once('timeout', giveUp).once('error', giveUp);
    socket.once('connect', () => {
      socket.off('timeout', giveUp).off('error', giveUp).setTimeout(0);
      resolve(socket);
    });
  });
}

/** Whatever ends the one connection ends the other, once what was read is written. */
function join(client: Socket, replica: Socket): void {
  for (const socket of [client, replica]) socket.setKeepAlive(true, IDLE_MS);
  replica.on('error', () => replica.destroy());
  replica.on('close', () => client.destroySoon());
  client.on('close', () => replica.destroySoon());
  if (client.destroyed) replica.destroy();
  client.pipe(replica).pipe(client);
}
