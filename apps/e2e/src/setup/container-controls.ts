import type { ProcessName } from '@m2m/tools/local-system';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Controls } from './controls.js';
import { containersOf, docker, logOf } from './docker.js';

const PATIENCE_MS = 60_000;
const POLL_MS = 100;
const STATE = '{{.State.Status}} {{.State.Health.Status}}';
const LOGGING = [
  ...['auth-server', 'orders-api', 'billing-worker', 'postgres', 'ingress'],
  ...['secrets', 'migrate', 'provision', 'demo-orders'],
];

/** Controls a system that runs in containers, one for each part. */
export class ContainerControls implements Controls {
  async stop(name: ProcessName): Promise<void> {
    await docker(['stop', await containerOf(name)]);
  }

  async start(name: ProcessName): Promise<void> {
    await docker(['start', await containerOf(name)]);
    await this.wait(name);
  }

  async kill(name: ProcessName): Promise<void> {
    // One that was killed before may be about to be started again.
    await until(async () => (await this.pid(name)) !== '', `${name} to run`);
    const before = await this.pid(name);
    await docker(['exec', await containerOf(name), ...suicide(name)]).catch(ignoreOwnDeath);
    await until(async () => (await this.pid(name)) !== before, `${name} to be gone`);
  }

  async freeze(name: ProcessName): Promise<void> {
    await docker(['pause', await containerOf(name)]);
  }

  async thaw(name: ProcessName): Promise<void> {
    await docker(['unpause', await containerOf(name)]);
    await this.wait(name);
  }

  async wait(name: ProcessName): Promise<void> {
    const container = await containerOf(name);
    const state = () => docker(['inspect', '--format', STATE, container]);
    await until(async () => (await state()) === 'running healthy', `${name} to be healthy`);
  }

  async pid(name: ProcessName): Promise<string> {
    const pid = await docker(['inspect', '--format', '{{.State.Pid}}', await containerOf(name)]);
    return pid === '0' ? '' : pid;
  }

  async logs(): Promise<Record<string, string>> {
    const read = async (name: string) => {
      const containers = await containersOf(serviceOf(name));
      return [name, (await Promise.all(containers.map(logOf))).join('\n')] as const;
    };
    return Object.fromEntries(await Promise.all(LOGGING.map(read)));
  }
}

const serviceOf = (name: string) => (name === 'postgres' ? 'database' : name);

async function containerOf(name: ProcessName): Promise<string> {
  const [container] = await containersOf(serviceOf(name));
  if (container === undefined) throw new Error(`there is no container of ${name}`);
  return container;
}

// From inside, as a crash: a container that was killed from outside is not started again.
function suicide(name: ProcessName): string[] {
  return name === 'postgres'
    ? ['sh', '-c', 'kill -9 -1']
    : ['node', '--eval', 'process.kill(-1, "SIGKILL")'];
}

function ignoreOwnDeath(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 137)) throw error;
}

async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(POLL_MS);
  }
}
