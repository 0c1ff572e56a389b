import { docker, PROJECT } from './docker.js';

const CONTAINER = `${PROJECT}-database-tunnel`;

/**
 * Makes the database of the composed system, which is not published, reachable from here.
 *
 * @param port the port to reach it on; any free one if it is not given.
 * @returns that port.
 */
export async function openDatabaseTunnel(port?: number): Promise<number> {
  await closeDatabaseTunnel();
  // The network of the database has no way out, so that a port is published on another one.
  await docker([
    ...['run', '--detach', '--rm', '--name', CONTAINER, '--network', `${PROJECT}_published`],
    ...['--init', '--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...['--no-healthcheck', '--publish', `127.0.0.1:${port ?? ''}:5432`],
    ...[`${PROJECT}-ingress`, 'database:5432'],
  ]);
  await docker(['network', 'connect', `${PROJECT}_data`, CONTAINER]);
  const published = await docker(['port', CONTAINER, '5432']);
  return Number(published.split(':').at(-1));
}

export async function closeDatabaseTunnel(): Promise<void> {
  await docker(['rm', '--force', CONTAINER]);
}
