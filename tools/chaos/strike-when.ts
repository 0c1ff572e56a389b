import { setTimeout as sleep } from 'node:timers/promises';
import type { Ambushes } from './ambushes.ts';
import type { Trigger } from './strike.ts';

export interface StrikeOptions {
  readonly trigger: Trigger;
  readonly ambushes: Ambushes;
  /** Does it. Says whether what passes goes on nevertheless. */
  readonly strike: () => boolean;
  /** When patience begins. */
  readonly ready: () => Promise<void>;
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/**
 * Strikes when a trigger comes, or after a while all the same.
 *
 * @returns whether the trigger has come.
 */
export async function strikeWhen(options: StrikeOptions): Promise<boolean> {
  const { trigger, strike, signal } = options;
  if ('delayMs' in trigger) await sleep(trigger.delayMs, undefined, { signal });
  else if (await ambush(trigger, options)) return true;
  strike();
  return 'delayMs' in trigger;
}

async function ambush(
  trigger: Exclude<Trigger, { delayMs: number }>,
  { ambushes, strike, ready, patienceMs, signal }: StrikeOptions,
): Promise<boolean> {
  const struck = Promise.withResolvers<true>();
  const withdraw = ambushes.lay(trigger, () => {
    struck.resolve(true);
    return strike();
  });
  const over = new AbortController();
  const patience = ready().then(() =>
    sleep(patienceMs, false, { signal: AbortSignal.any([signal, over.signal]) }),
  );
  try {
    return await Promise.race([struck.promise, patience]);
  } finally {
    withdraw();
    patience.catch(() => undefined);
    over.abort();
  }
}
