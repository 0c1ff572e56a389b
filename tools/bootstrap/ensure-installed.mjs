import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BootstrapError } from './bootstrap-error.mjs';
import { isInstalled, pinnedNodePath, removeStamp, writeStamp } from './install-stamp.mjs';
import { npmCi } from './npm-ci.mjs';
import { tryProcessLock } from './process-lock.mjs';

const LOCK_POLL_MS = 500;

/**
 * Installs the dependencies if node_modules is missing, incomplete or older than package-lock.json.
 * Several commands started at once in the same clone take turns.
 *
 * @param {string} root
 * @param {import('../console/step-reporter.mjs').StepReporter} reporter
 * @param {AbortSignal} interruption
 */
export async function ensureInstalled(root, reporter, interruption) {
  if (isInstalled(root)) return;
  const lock = await takeInstallLock(root, reporter, interruption);
  try {
    if (isInstalled(root)) return;
    await reporter.step(
      'installing dependencies (once, it may take some minutes)',
      'dependencies installed',
      () => install(root, lock, interruption),
    );
  } finally {
    lock.release();
  }
}

/**
 * @param {string} root
 * @param {import('./process-lock.mjs').ProcessLock} lock
 * @param {AbortSignal} interruption
 */
async function install(root, lock, interruption) {
  removeStamp(root);
  // npm would go on if this process were killed, and nobody else may install meanwhile.
  await npmCi(root, (npm) => lock.handOver(npm), interruption);
  if (!existsSync(pinnedNodePath(root))) {
    throw new BootstrapError(
      'the installation has left out the pinned Node.js: this npm is set not to run install ' +
        'scripts. Allow them for this installation: npm_config_ignore_scripts=false npm start',
    );
  }
  writeStamp(root);
}

/**
 * @param {string} root
 * @param {import('../console/step-reporter.mjs').StepReporter} reporter
 * @param {AbortSignal} interruption
 */
async function takeInstallLock(root, reporter, interruption) {
  // Not in node_modules, which npm empties; .nx is this workspace's ignored folder for local state.
  const path = join(root, '.nx', 'install.lock');
  mkdirSync(dirname(path), { recursive: true });
  let announced = false;
  for (;;) {
    const { lock, holder } = tryProcessLock(path);
    if (lock !== undefined) return lock;
    if (!announced) {
      reporter.line(`  waiting for process ${holder.pid}, which is installing the dependencies`);
      announced = true;
    }
    await sleep(LOCK_POLL_MS, undefined, { signal: interruption });
  }
}
