import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QueueConsumer } from './queue-consumer.js';

describe('QueueConsumer', () => {
  const addWorker = vi.fn(() => Promise.resolve('worker'));
  let atHand: PromiseWithResolvers<undefined>;
  let consumer: QueueConsumer;

  beforeEach(async () => {
    vi.useFakeTimers();
    atHand = Promise.withResolvers();
    addWorker.mockClear();
    const jobs = {
      notifyWorker: () => undefined,
      offWork: async (_queue: string, { wait }: { readonly wait?: boolean } = {}) => {
        if (wait) await atHand.promise;
      },
    };
    consumer = new QueueConsumer(jobs, 'queue', 2, addWorker);
    await consumer.start();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('takes jobs again after its pause', async () => {
    atHand.resolve(undefined);
    consumer.pause(1_000);
    expect(addWorker).toHaveBeenCalledTimes(2);

    await vi.advanceTimersByTimeAsync(1_000);

    expect(addWorker).toHaveBeenCalledTimes(4);
  });

  it('takes no more jobs at once after its pause than before it: those at hand are finished first', async () => {
    consumer.pause(1_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(addWorker).toHaveBeenCalledTimes(2);

    atHand.resolve(undefined);
    await vi.advanceTimersByTimeAsync(0);

    expect(addWorker).toHaveBeenCalledTimes(4);
  });

  it('takes jobs again once, when it was told to pause anew before those at hand were finished', async () => {
    consumer.pause(1_000);
    await vi.advanceTimersByTimeAsync(1_000);
    consumer.pause(1_000);
    await vi.advanceTimersByTimeAsync(1_000);

    atHand.resolve(undefined);
    await vi.advanceTimersByTimeAsync(0);

    expect(addWorker).toHaveBeenCalledTimes(4);
  });

  it('takes none when it has ended meanwhile', async () => {
    consumer.pause(1_000);
    await vi.advanceTimersByTimeAsync(1_000);

    consumer.end();
    atHand.resolve(undefined);
    await vi.advanceTimersByTimeAsync(0);

    expect(addWorker).toHaveBeenCalledTimes(2);
  });
});
