import { join } from 'node:path';
import { isStamped, removeStamp, writeStamp } from '../bootstrap/install-stamp.mjs';
import { npmCi } from '../bootstrap/npm-ci.mjs';
import type { SystemReporter } from '../local-system/system-reporter.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';

/** Where the servers are that we compare with, each a file that shows how it is set up. */
export const PEERS = join(WORKSPACE_ROOT, 'tools/bench/peers');

/** They have a lock file of their own, so that nobody installs them who only starts or tests the system. */
export async function ensurePeers(reporter: SystemReporter, signal: AbortSignal): Promise<void> {
  if (isStamped(PEERS)) return;
  removeStamp(PEERS);
  await reporter.step('installing the peers (once)', 'peers installed', () =>
    npmCi(PEERS, () => undefined, signal),
  );
  writeStamp(PEERS);
}
