import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BootstrapError } from './bootstrap/bootstrap-error.mjs';
import { ensureInstalled } from './bootstrap/ensure-installed.mjs';
import { pinnedNodePath } from './bootstrap/install-stamp.mjs';
import { abortOnInterruption, interruptedExitCode } from './bootstrap/interruptions.mjs';
import { satisfiesMinimum } from './bootstrap/node-version.mjs';
import { runPinnedNode } from './bootstrap/run-pinned-node.mjs';
import { StepReporter } from './console/step-reporter.mjs';

/**
 * `node tools/bootstrap.mjs <script> [arguments]`: runs a TypeScript file of this workspace on the
 * pinned Node.js, after installing whatever is missing. Plain JavaScript without dependencies,
 * because it runs in a fresh clone on the machine's own Node.js.
 */
async function main() {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const [script = '', ...args] = process.argv.slice(2);
  const interruption = abortOnInterruption();
  try {
    requireSupportedMachine(root);
    // On stderr: the script's stdout may be a document that somebody parses.
    await ensureInstalled(root, new StepReporter(process.stderr), interruption);
    interruption.throwIfAborted();
    process.exitCode = await runPinnedNode(pinnedNodePath(root), [resolve(root, script), ...args]);
  } catch (error) {
    process.exitCode = interruption.aborted ? interruptedExitCode(interruption) : explain(error);
  }
}

/** @param {string} root */
function requireSupportedMachine(root) {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (!satisfiesMinimum(process.version, engines.node)) {
    throw new BootstrapError(
      `Node.js ${engines.node} is needed to start; this is ${process.version} (https://nodejs.org)`,
    );
  }
  if (process.platform === 'win32') {
    throw new BootstrapError('Windows is supported through WSL 2 only (https://aka.ms/wsl)');
  }
}

/**
 * @param {unknown} error
 * @returns {number} the exit code
 */
function explain(error) {
  const isSystemError = error instanceof Error && 'code' in error;
  if (!isSystemError && !(error instanceof BootstrapError)) throw error;
  const full = isSystemError && error.code === 'ENOSPC';
  console.error(`\n${full ? 'cannot install: the disk is full' : error.message}`);
  return 1;
}

await main();
