import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  commandLineOf,
  identifyProcess,
  isSameProcessRunning,
} from '../bootstrap/process-identity.mjs';
import { APP_NAMES } from './apps.ts';
import type { ProcessName } from './apps.ts';
import type { DataDirectory } from './data-directory.ts';
import { LocalSystemError } from './local-system-error.ts';
import { POSTGRES_STOP_STAGES, STOP_STAGES } from './stop-stages.ts';
import type { StopStage } from './supervised-process.ts';

const POLL_MS = 50;

/** From the one who asks to the one who is asked, so that each can finish what it is doing. */
export const STOP_ORDER: readonly ProcessName[] = [...APP_NAMES.toReversed(), 'postgres'];

/**
 * Stops what an earlier run has left behind because it was killed itself.
 *
 * @returns the names of the processes that were still running
 */
export async function stopLeftovers(data: DataDirectory): Promise<ProcessName[]> {
  const stopped: ProcessName[] = [];
  for (const name of STOP_ORDER) {
    const pid = readPid(data.pidFile(name));
    if (pid !== undefined && isOurs(pid, data)) {
      await stopProcess(pid, name === 'postgres' ? POSTGRES_STOP_STAGES : STOP_STAGES);
      stopped.push(name);
    }
    rmSync(data.pidFile(name), { force: true });
  }
  return stopped;
}

/** Stops a process that is not a child of this one. */
export async function stopProcess(pid: number, stages: readonly StopStage[]): Promise<void> {
  const identity = identifyProcess(pid);
  if (identity === undefined) return;
  for (const { signal, patienceMs } of stages) {
    if (!isSameProcessRunning(identity)) return;
    process.kill(pid, signal);
    const deadline = performance.now() + patienceMs;
    while (performance.now() < deadline) {
      if (!isSameProcessRunning(identity)) return;
      await sleep(POLL_MS);
    }
  }
  throw new LocalSystemError(`process ${pid}, left by an earlier run, cannot be stopped`);
}

/** The id in a pid file, or in the first line of PostgreSQL's own. */
export function readPid(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
  return pid > 0 ? pid : undefined;
}

/**
 * Process ids are given out again: only a process that was started with a path in this data
 * directory among its arguments, as all of ours are, is a leftover.
 */
function isOurs(pid: number, data: DataDirectory): boolean {
  return commandLineOf(pid)?.includes(`${data.root}/`) ?? false;
}
