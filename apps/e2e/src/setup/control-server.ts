import type { ProcessName } from '@m2m/tools/local-system';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Controls } from './controls.js';

/** Hands the controls to the test files, which run in processes of their own. */
export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

const ACTIONS = ['stop', 'start', 'kill', 'freeze', 'thaw', 'wait', 'pid'] as const;

/** `POST /<part>/<action>` answers once it is done, and `POST /logs` with the logs as JSON. */
export async function startControlServer(controls: Controls): Promise<ControlServer> {
  const server = createServer((request, response) => {
    perform(controls, request.url ?? '').then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

async function perform(controls: Controls, path: string): Promise<string> {
  if (path === '/logs') return JSON.stringify(await controls.logs());
  const [, name = '', wanted = ''] = path.split('/');
  const action = ACTIONS.find((known) => known === wanted);
  if (action === undefined) throw new Error(`there is no action "${wanted}"`);
  return (await controls[action](name as ProcessName)) ?? '';
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
