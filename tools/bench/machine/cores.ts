import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Which processors what runs on; none of them anywhere in particular where that cannot be arranged. */
export interface Cores {
  /** For the server that is measured; the second one is for its second process. */
  readonly server: readonly number[] | undefined;
  readonly secondServer: readonly number[] | undefined;
  readonly load: readonly number[] | undefined;
  readonly database: readonly number[] | undefined;
  readonly description: string;
}

/** Gives the server a processor of its own as long as there are two, by `taskset`, which only Linux has. */
export function planCores(): Cores {
  const available = availableCores();
  const canPin = available.length > 1 && spawnSync('taskset', ['--version']).status === 0;
  if (!canPin) {
    return {
      server: undefined,
      secondServer: undefined,
      load: undefined,
      database: undefined,
      description: 'not pinned: there is one processor, or no taskset',
    };
  }
  const [first = 0, second = 1, ...others] = available;
  const last = others.at(-1) ?? second;
  const between = others.length > 1 ? others.slice(0, -1) : [last];
  return {
    server: [first],
    secondServer: [second],
    load: [last],
    database: between,
    description: `server on processor ${first}, load on ${last}, database on ${between.join(', ')}`,
  };
}

/** The command that starts a program on the given processors. */
export function pinned(
  cores: readonly number[] | undefined,
  command: readonly [string, ...string[]],
): [string, ...string[]] {
  return cores ? ['taskset', '-c', cores.join(','), ...command] : [...command];
}

/** Moves a process that runs, with all its threads, onto the given processors. */
export async function pinProcess(pid: number, cores: readonly number[] | undefined): Promise<void> {
  if (!cores) return;
  await run('taskset', ['-a', '-c', '-p', cores.join(','), String(pid)]);
}

/** Moves a process and those that it has started onto the given processors. */
export async function pinWithChildren(
  pid: number,
  cores: readonly number[] | undefined,
): Promise<void> {
  if (!cores) return;
  await pinProcess(pid, cores);
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(pid)]);
  for (const child of stdout.trim().split(/\s+/)) await pinProcess(Number(child), cores);
}

/** Those that this process may use, which in a container need not begin with 0. */
function availableCores(): number[] {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? '';
    return list.split(',').flatMap(rangeOf);
  } catch {
    return [];
  }
}

function rangeOf(text: string): number[] {
  const [from = Number.NaN, to = from] = text.split('-').map(Number);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
