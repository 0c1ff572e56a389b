import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SweepScheduler } from './sweep.scheduler.js';
import type { SweepOutcome } from './sweeper.js';

describe('SweepScheduler', () => {
  let sweeps: { stop: AbortSignal; end: (outcome: SweepOutcome) => void }[];
  let scheduler: SweepScheduler;

  beforeEach(() => {
    vi.useFakeTimers();
    sweeps = [];
    const sweep = (stop: AbortSignal) =>
      new Promise<SweepOutcome>((end) => void sweeps.push({ stop, end }));
    scheduler = new SweepScheduler({ sweep }, 60);
    scheduler.onApplicationBootstrap();
  });

  afterEach(() => vi.useRealTimers());

  it('sweeps within the interval, and again after the end of the last sweep', async () => {
    await vi.advanceTimersByTimeAsync(47_000);
    expect(sweeps).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(13_000);
    expect(sweeps).toHaveLength(1);

    await vi.advanceTimersByTimeAsync(600_000);
    expect(sweeps).toHaveLength(1);
    sweeps[0]?.end('failed');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sweeps).toHaveLength(2);
  });

  it('ends with the sweep at hand', async () => {
    await vi.advanceTimersByTimeAsync(60_000);
    let hasEnded = false;
    const ending = scheduler.beforeApplicationShutdown().then(() => (hasEnded = true));

    await vi.advanceTimersByTimeAsync(0);
    expect(hasEnded).toBe(false);
    expect(sweeps[0]?.stop.aborted).toBe(true);
    sweeps[0]?.end('swept');
    await ending;

    await vi.advanceTimersByTimeAsync(600_000);
    expect(sweeps).toHaveLength(1);
  });

  it('ends at once where no sweep is at hand', async () => {
    await scheduler.beforeApplicationShutdown();
    await vi.advanceTimersByTimeAsync(600_000);

    expect(sweeps).toHaveLength(0);
  });
});
