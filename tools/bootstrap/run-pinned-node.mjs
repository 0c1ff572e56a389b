import { spawn } from 'node:child_process';
import { clearInterval, setInterval } from 'node:timers';
import { BootstrapError } from './bootstrap-error.mjs';
import { INTERRUPTIONS, exitCodeOf } from './interruptions.mjs';

const PARENT_POLL_MS = 250;

/**
 * Runs a script on the pinned Node.js with this process's terminal and waits for its end. Signals
 * are passed on, each of them; the script decides when it is done shutting down.
 *
 * @param {string} node
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export function runPinnedNode(node, args) {
  // The channel carries no messages: that it closes tells the script that this process was killed.
  const child = spawn(node, args, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of INTERRUPTIONS) process.on(signal, () => child.kill(signal));
  const stopWatching = whenNpmDies(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', (error) => {
      reject(new BootstrapError(`${node} could not be run: ${error.message}`));
    });
    child.on('exit', (code, signal) => {
      stopWatching();
      resolve(signal === null ? (code ?? 1) : exitCodeOf(signal));
    });
  });
}

/**
 * npm passes on SIGINT and SIGTERM, but a killed npm cannot: what it started would stay behind and
 * hold the ports.
 *
 * @param {() => void} action
 */
function whenNpmDies(action) {
  if (process.env['npm_lifecycle_event'] === undefined) return () => undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    action();
  }, PARENT_POLL_MS);
  return () => clearInterval(timer);
}
