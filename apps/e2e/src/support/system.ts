import { inject } from 'vitest';
import type { LocalAccess } from '../setup/system-under-test.js';
import { send } from './http.js';

export type ProcessName = 'auth-server' | 'orders-api' | 'billing-worker' | 'postgres';

/** The system under test. */
export const system = inject('system');

/** Whether the system is the tests' own, to be stopped, killed and looked into. */
export const isOurOwn = system.local !== undefined;

/** What only a system of our own allows; for tests that run if there is one. */
export function local(): LocalAccess {
  if (!system.local) throw new Error('this test needs a system of its own');
  return system.local;
}

/** Stops a process, which then stays away until it is started. */
export const stop = (name: ProcessName) => control(name, 'stop');

/** Starts a process and waits until it is ready. */
export const start = (name: ProcessName) => control(name, 'start');

/** Kills a process the hard way; it is gone on return, and is started again by its supervisor. */
export const kill = (name: ProcessName) => control(name, 'kill');

export const waitUntilReady = (name: ProcessName) => control(name, 'wait');

/** The id of a process, or undefined while it does not run. */
export async function pidOf(name: ProcessName): Promise<number | undefined> {
  return Number(await control(name, 'pid')) || undefined;
}

async function control(name: ProcessName, action: string): Promise<string> {
  const { status, text } = await send(`${local().controlUrl}/${name}/${action}`, {
    method: 'POST',
    timeoutMs: 90_000,
  });
  if (status !== 200) throw new Error(`${action} ${name}: ${text}`);
  return text;
}
