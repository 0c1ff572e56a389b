import { setTimeout as sleep } from 'node:timers/promises';
import { tryProcessLock } from '../bootstrap/process-lock.mjs';
import type { ProcessLock } from '../bootstrap/process-lock.mjs';
import type { DataDirectory } from './data-directory.ts';
import { LocalSystemError } from './local-system-error.ts';
import type { SystemReporter } from './system-reporter.ts';

const POLL_MS = 200;

/**
 * Makes this process the only one that runs the system in this data directory. It waits for one that
 * is already shutting down.
 */
export async function takeStartLock(
  data: DataDirectory,
  reporter: SystemReporter,
  signal: AbortSignal | undefined,
): Promise<ProcessLock> {
  let announced = false;
  for (;;) {
    const { lock, holder } = tryProcessLock(data.lock);
    if (lock !== undefined) return lock;
    if (!holder.releasing) {
      throw new LocalSystemError(
        `the system is already running in ${data.root}, started by process ${holder.pid}: ` +
          `stop that one first (kill ${holder.pid}), or set M2M_DATA_DIR and other ports`,
      );
    }
    if (!announced)
      reporter.line(`  waiting for process ${holder.pid} to finish stopping the system`);
    announced = true;
    await sleep(POLL_MS, undefined, { signal });
  }
}
