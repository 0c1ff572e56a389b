import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { areDemoOrdersPlaced, seedDemoOrders, seedFurtherOrders } from './seeding.ts';

/** An API that knows idempotency keys, and goes down after so many requests. */
class FakeOrders {
  readonly keys = new Set<string>();
  requests = 0;
  downAfter = Number.POSITIVE_INFINITY;

  async place(_order: unknown, key: string): Promise<void> {
    this.requests += 1;
    if (this.requests > this.downAfter) throw new Error('down');
    this.keys.add(key);
  }
}

describe('seeding', () => {
  let directory: string;
  let marker: string;
  let api: FakeOrders;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'm2m-seeding-'));
    marker = join(directory, 'placed');
    api = new FakeOrders();
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('remembers that the demo orders were placed', async () => {
    expect(areDemoOrdersPlaced(marker)).toBe(false);
    await seedDemoOrders(api, marker);
    expect(api.keys.size).toBe(12);
    expect(areDemoOrdersPlaced(marker)).toBe(true);
  });

  it('completes an interrupted seeding without placing an order twice', async () => {
    api.downAfter = 5;
    await expect(seedDemoOrders(api, marker)).rejects.toThrow('down');
    expect(areDemoOrdersPlaced(marker)).toBe(false);
    api.downAfter = Number.POSITIVE_INFINITY;
    await seedDemoOrders(api, marker);
    expect(api.keys.size).toBe(12);
  });

  it('places further orders with keys of their own each time', async () => {
    const progress: number[] = [];
    await seedFurtherOrders(api, 40, (placed) => progress.push(placed));
    await seedFurtherOrders(api, 40, () => undefined);
    expect(api.keys.size).toBe(80);
    expect(progress).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  });
});
