import { join } from 'node:path';
import { NODE_FLAGS } from '../../local-system/built-program.ts';
import { WORKSPACE_ROOT } from '../../workspace/root.ts';
import { ServerProcess } from '../servers/server-process.ts';

/** What the application in `app/bare-route.mjs` is told, besides its port. */
export interface BareRouteSettings {
  readonly port?: number;
  readonly issuer: string;
  readonly resource: string;
  readonly isGuarded: boolean;
}

const PROGRAM = join(WORKSPACE_ROOT, 'tools/bench/guard/app/bare-route.mjs');

/** Starts a Nest application on Fastify with one route and nothing behind it. */
export function startBareRoute(
  settings: BareRouteSettings,
  cores: readonly number[] | undefined,
): Promise<ServerProcess> {
  return ServerProcess.start(PROGRAM, settings, cores, NODE_FLAGS);
}
