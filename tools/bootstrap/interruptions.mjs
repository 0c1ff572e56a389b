import { constants } from 'node:os';

/**
 * The signals that ask a process to end.
 *
 * @type {readonly NodeJS.Signals[]}
 */
export const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * One abort signal for them all, with the name of the first that came as its reason.
 *
 * @returns {AbortSignal}
 */
export function abortOnInterruption() {
  const controller = new globalThis.AbortController();
  for (const signal of INTERRUPTIONS) process.on(signal, () => controller.abort(signal));
  return controller.signal;
}

/**
 * The exit code after such an abort.
 *
 * @param {AbortSignal} interruption
 */
export function interruptedExitCode(interruption) {
  return exitCodeOf(/** @type {NodeJS.Signals} */ (interruption.reason));
}

/**
 * The exit code by which a shell reports a process that a signal has ended.
 *
 * @param {NodeJS.Signals} signal
 */
export function exitCodeOf(signal) {
  return 128 + constants.signals[signal];
}
