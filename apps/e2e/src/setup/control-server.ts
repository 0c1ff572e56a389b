import type { LocalSystem, ProcessName } from '@m2m/tools/local-system';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Lets test files, which run in processes of their own, stop, start and kill parts of the system. */
export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

/** `POST /<process>/<action>` answers once it is done; `GET /<process>/pid` with the process id. */
export async function startControlServer(system: LocalSystem): Promise<ControlServer> {
  const server = createServer((request, response) => {
    const [, name = '', action = ''] = (request.url ?? '').split('/');
    perform(system, name as ProcessName, action).then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

async function perform(system: LocalSystem, name: ProcessName, action: string): Promise<string> {
  if (action === 'stop') await system.stop(name);
  else if (action === 'start') await system.start(name);
  else if (action === 'kill') await system.kill(name, 'SIGKILL');
  else if (action === 'wait') await system.waitUntilReady(name);
  else if (action === 'pid') return String(system.pid(name) ?? '');
  else throw new Error(`there is no action "${action}"`);
  return '';
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
