import type { JsonWebKey } from 'node:crypto';
import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../../workspace/root.ts';
import type { BenchContext } from '../part.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { insertOrders } from '../system/insert-orders.ts';
import { MeasuredSystem } from '../system/measured-system.ts';
import { Replica } from '../system/replica.ts';
import { startBareRoute } from './bare-route.ts';
import { startIssuer } from './issuer.ts';

export interface RunningServer {
  readonly port: number;
  readonly pid: number;
}

/** The same routes with and without our guard, and whose tokens they take. */
export interface GuardedRoutes {
  readonly issuer: string;
  readonly audience: string;
  /** An order that orders-api has. */
  readonly orderId: string;
  readonly servers: {
    readonly guarded: RunningServer;
    readonly unguarded: RunningServer;
    /** The unguarded route after a bare look at the signature. */
    readonly verified: RunningServer;
    readonly bareGuarded: RunningServer;
    readonly bareUnguarded: RunningServer;
  };
  stop(): Promise<void>;
}

const UNGUARDED = join(WORKSPACE_ROOT, 'tools/bench/guard/app/unguarded-orders-api.mjs');

/** Starts orders-api, the same without its guard, and an application with a bare route, with and without. */
export async function startGuardedRoutes(
  context: BenchContext,
  publicKey: JsonWebKey,
): Promise<GuardedRoutes> {
  const issuer = await startIssuer(publicKey);
  const system = await MeasuredSystem.start(context, {
    apps: ['orders-api'],
    environment: { 'orders-api': { OAUTH_ISSUER: issuer.url } },
  });
  const { server: cores } = context.cores;
  const replica = { app: 'orders-api', program: UNGUARDED, cores } as const;
  const key = { BENCH_PUBLIC_KEY: JSON.stringify(publicKey) };
  const started: (Replica | ServerProcess)[] = [];
  const stop = async () => {
    await Promise.all(started.map((server) => server.stop()));
    await system.remove();
    issuer.close();
  };
  const running = async (starting: Promise<Replica | ServerProcess>): Promise<RunningServer> => {
    const server = await starting;
    started.push(server);
    return server;
  };
  const audience = system.system.urls['orders-api'];
  const bare = (isGuarded: boolean) =>
    startBareRoute({ issuer: issuer.url, resource: audience, isGuarded }, cores);
  try {
    const [orderId = ''] = await insertOrders(system, 1);
    const [unguarded, verified, bareGuarded, bareUnguarded] = await Promise.all([
      running(Replica.start(system, replica)),
      running(Replica.start(system, { ...replica, environment: key })),
      running(bare(true)),
      running(bare(false)),
    ]);
    const servers = {
      guarded: { port: system.port('orders-api'), pid: system.pid('orders-api') },
      unguarded,
      verified,
      bareGuarded,
      bareUnguarded,
    };
    return { issuer: issuer.url, audience, orderId, servers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
