import { describe, expect, it } from 'vitest';
import { poll } from './poll.ts';

/** Time that passes by pausing. */
function fakeTimer() {
  let time = 0;
  return {
    now: () => time,
    pause: async (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

describe('poll', () => {
  it('asks until the answer is yes', async () => {
    let asked = 0;
    await expect(poll(() => ++asked === 3, 10_000, undefined, fakeTimer())).resolves.toBe(true);
    expect(asked).toBe(3);
  });

  it('gives up when time has run out', async () => {
    const timer = fakeTimer();
    await expect(poll(() => false, 1_000, undefined, timer)).resolves.toBe(false);
    expect(timer.now()).toBe(1_000);
  });
});
