import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 200;

export interface PollTimer {
  readonly now: () => number;
  readonly pause: (milliseconds: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

const REAL_TIME: PollTimer = {
  now: () => performance.now(),
  pause: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};

/**
 * Asks until the answer is yes, or time has run out.
 *
 * @returns the last answer
 */
export async function poll(
  isSo: () => boolean | Promise<boolean>,
  patienceMs: number,
  signal?: AbortSignal,
  timer: PollTimer = REAL_TIME,
): Promise<boolean> {
  const deadline = timer.now() + patienceMs;
  while (!(await isSo())) {
    if (timer.now() >= deadline) return false;
    await timer.pause(POLL_MS, signal);
  }
  return true;
}
