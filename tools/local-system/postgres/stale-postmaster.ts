import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineOf } from '../../bootstrap/process-identity.mjs';
import { readPid, stopProcess } from '../leftovers.ts';
import { POSTGRES_STOP_STAGES } from '../stop-stages.ts';

/**
 * Removes what a killed server has left in its cluster. PostgreSQL would do so itself, were it not
 * for process ids that meanwhile belong to somebody else.
 */
export async function clearStalePostmaster(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  const pid = readPid(file);
  if (pid === undefined) return;
  if (commandLineOf(pid)?.includes(`-D ${cluster} `)) await stopProcess(pid, POSTGRES_STOP_STAGES);
  rmSync(file, { force: true });
}
