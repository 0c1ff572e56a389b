import { inject } from 'vitest';
import type { OwnSystem, ProcessAccess } from '../setup/system-under-test.js';

export type ProcessName = 'auth-server' | 'orders-api' | 'billing-worker' | 'postgres';

/** The system under test. */
export const system = inject('system');

/** Whether the system is the tests' own, to be stopped, killed and looked into. */
export const isOurOwn = system.own !== undefined;

/** Whether it runs as processes, so that tests may add some of their own. */
export const runsAsProcesses = system.own?.processes !== undefined;

/** Whether it runs in containers. */
export const runsInContainers = isOurOwn && !runsAsProcesses;

/** What only a system of our own allows; for tests that run if there is one. */
export function own(): OwnSystem {
  if (!system.own) throw new Error('this test needs a system of its own');
  return system.own;
}

/** What only processes allow; for tests that run if it runs as processes. */
export function local(): ProcessAccess {
  if (!system.own?.processes) throw new Error('this test needs a system that runs as processes');
  return system.own.processes;
}

/** All that the parts of the system have logged, by their names. */
export async function logs(): Promise<Map<string, string>> {
  return new Map(Object.entries(JSON.parse(await command('logs')) as Record<string, string>));
}

/** Stops a process, which then stays away until it is started. */
export const stop = (name: ProcessName) => control(name, 'stop');

/** Starts a process and waits until it is ready. */
export const start = (name: ProcessName) => control(name, 'start');

/** Kills a process the hard way; it is gone on return, and is started again by its supervisor. */
export const kill = (name: ProcessName) => control(name, 'kill');

export const waitUntilReady = (name: ProcessName) => control(name, 'wait');

/** Lets a process hang, which keeps its connections and answers nothing until it is thawed. */
export const freeze = (name: ProcessName) => control(name, 'freeze');

export const thaw = (name: ProcessName) => control(name, 'thaw');

/** The id of a process, or undefined while it does not run. */
export async function pidOf(name: ProcessName): Promise<number | undefined> {
  return Number(await control(name, 'pid')) || undefined;
}

const control = (name: ProcessName, action: string) => command(`${name}/${action}`);

// Not by the tests' own client, which looks for internals in answers: here they belong.
async function command(path: string): Promise<string> {
  const response = await fetch(`${own().controlUrl}/${path}`, {
    method: 'POST',
    signal: AbortSignal.timeout(90_000),
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${path}: ${text}`);
  return text;
}
