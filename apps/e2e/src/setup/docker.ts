import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The name that Compose gives to all that it makes for the system. */
export const PROJECT = process.env['COMPOSE_PROJECT_NAME'] ?? 'm2m';

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const LONGEST_OUTPUT = 256 * 1024 * 1024;

/** Runs Docker's command line in the folder of docker-compose.yml and returns what it prints. */
export async function docker(args: readonly string[], input = ''): Promise<string> {
  const { stdout } = await runDocker(args, input);
  return stdout.trim();
}

/** All that a container has written to its output and to its error output. */
export async function logOf(container: string): Promise<string> {
  const { stdout, stderr } = await runDocker(['logs', container], '');
  return `${stdout}${stderr}`;
}

export function compose(args: readonly string[], input?: string): Promise<string> {
  return docker(['compose', '--progress', 'quiet', ...args], input);
}

/** The ids of a service's containers, those that do not run included. */
export async function containersOf(service: string): Promise<string[]> {
  const ids = await compose(['ps', '--all', '--quiet', service]);
  return ids === '' ? [] : ids.split('\n');
}

function runDocker(args: readonly string[], input: string) {
  const running = run('docker', [...args], { cwd: ROOT, maxBuffer: LONGEST_OUTPUT });
  // A command that ends before it has read its input says why by its exit code.
  running.child.stdin?.on('error', () => undefined).end(input);
  return running;
}
