import { describe, expect, it } from 'vitest';
import { concurrently } from './concurrently.ts';

describe('concurrently', () => {
  it('does everything once, never more at a time than allowed', async () => {
    const done: number[] = [];
    let running = 0;
    let most = 0;
    await concurrently(20, 4, async (index) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      done.push(index);
    });
    expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(most).toBe(4);
  });

  it('begins nothing new after a failure', async () => {
    const begun: number[] = [];
    const work = concurrently(100, 2, async (index) => {
      begun.push(index);
      await Promise.resolve();
      if (index === 3) throw new Error('refused');
    });
    await expect(work).rejects.toThrow('refused');
    expect(begun.length).toBeLessThan(10);
  });
});
