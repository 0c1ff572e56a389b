import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;
const ANSWER_MS = 2_000;

export type ReadinessOutcome =
  { readonly ready: true } | { readonly ready: false; readonly why: string };

export interface ReadinessOptions {
  readonly probe: () => Promise<boolean>;
  readonly patienceMs: number;
  /** Resolves with the reason if waiting has become pointless. */
  readonly ended?: Promise<string>;
  readonly signal?: AbortSignal | undefined;
}

/** Asks again and again until the answer is yes. */
export async function waitUntilReady(options: ReadinessOptions): Promise<ReadinessOutcome> {
  const { probe, patienceMs, signal } = options;
  let ended: string | undefined;
  void options.ended?.then((how) => (ended = how));
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    if (await probe()) return { ready: true };
    if (ended !== undefined) return { ready: false, why: `ended at once (${ended})` };
    await sleep(POLL_MS, undefined, { signal });
  }
  return { ready: false, why: `was not ready within ${patienceMs / 1000} s` };
}

/** Whether an app says that it is ready, its dependencies included. */
export async function isAppReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(ANSWER_MS) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
