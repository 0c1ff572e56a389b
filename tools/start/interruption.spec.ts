import { describe, expect, it, vi } from 'vitest';
import { Interruption } from './interruption.ts';

describe('Interruption', () => {
  const interruptAt = (...times: number[]) => {
    let now = 0;
    const insist = vi.fn();
    const interruption = new Interruption(insist, () => now);
    for (const time of times) {
      now = time;
      interruption.request('SIGINT');
    }
    return { interruption, insist };
  };

  it('aborts with the name of the signal', () => {
    const { interruption } = interruptAt(1_000);
    expect(interruption.signal.reason).toBe('SIGINT');
  });

  it('takes a Ctrl-C that arrives twice for one', () => {
    expect(interruptAt(1_000, 1_020).insist).not.toHaveBeenCalled();
  });

  it('serves at once who insists', () => {
    expect(interruptAt(1_000, 2_000).insist).toHaveBeenCalledOnce();
  });
});
