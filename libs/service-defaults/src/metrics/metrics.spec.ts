import { TestClock } from '@m2m/testing';
import { describe, expect, it, vi } from 'vitest';
import { Metrics } from './metrics.js';

describe('the metrics of a service', () => {
  const scrape = async (metrics: Metrics): Promise<string[]> => {
    const lines = (await metrics.registry.metrics()).split('\n');
    return lines.filter((line) => line !== '' && !line.startsWith('#'));
  };
  const seriesOf = async (metrics: Metrics, name: string): Promise<string[]> =>
    (await scrape(metrics)).filter((line) => line.startsWith(name));

  it('count by each value of a label from zero', async () => {
    const metrics = new Metrics('things');
    const runs = metrics.counterBy({
      name: 'runs_total',
      help: 'Runs.',
      label: 'outcome',
      values: ['success', 'failure'],
    });
    runs.inc('success');
    runs.inc('success', 2);

    expect(await seriesOf(metrics, 'runs_total')).toEqual([
      'runs_total{outcome="success",service="things"} 3',
      'runs_total{outcome="failure",service="things"} 0',
    ]);
  });

  it('stay as many under a flood of made-up methods, addresses and reasons', async () => {
    const metrics = new Metrics('things');
    const refused = metrics.counterBy<string>({
      name: 'refused_total',
      help: 'Refused.',
      label: 'reason',
      values: ['expired'],
    });
    const flood = (n: number) => {
      metrics.recordRequest(`METHOD${n}`, 'none', 404, 0.001);
      refused.inc(`reason ${n}`);
    };
    flood(0);
    const before = (await scrape(metrics)).length;

    for (let n = 1; n <= 1_000; n++) flood(n);

    expect((await scrape(metrics)).length).toBe(before);
    expect(await seriesOf(metrics, 'refused_total')).toContain(
      'refused_total{reason="other",service="things"} 1001',
    );
  });

  it('read a gauge at each scrape, but once a second at most', async () => {
    const clock = new TestClock();
    const metrics = new Metrics('things', clock.now);
    let backlog = 1;
    metrics.gauge({ name: 'backlog', help: 'Backlog.', read: () => backlog });
    metrics.gaugeBy({
      name: 'connections',
      help: 'Connections.',
      label: 'state',
      read: async (): Promise<Record<string, number>> =>
        backlog === 1 ? { idle: 1, used: 2 } : { idle: 3 },
    });

    expect(await seriesOf(metrics, 'backlog')).toEqual(['backlog{service="things"} 1']);
    expect(await seriesOf(metrics, 'connections')).toHaveLength(2);
    backlog = 7;
    clock.advance({ seconds: 0.999 });
    expect(await seriesOf(metrics, 'backlog')).toEqual(['backlog{service="things"} 1']);
    clock.advance({ seconds: 0.001 });
    expect(await seriesOf(metrics, 'backlog')).toEqual(['backlog{service="things"} 7']);
    expect(await seriesOf(metrics, 'connections')).toEqual([
      'connections{state="idle",service="things"} 3',
    ]);
  });

  it('serve a reading for a second after it has ended, however long it took', async () => {
    const clock = new TestClock();
    const metrics = new Metrics('things', clock.now);
    const read = vi.fn(async () => clock.advance({ seconds: 2 }));
    const shared = metrics.shared(read);

    await shared();
    clock.advance({ seconds: 0.5 });
    await shared();

    expect(read).toHaveBeenCalledOnce();
  });

  it('do not ask again and again for what cannot be read', async () => {
    const metrics = new Metrics('things', new TestClock().now);
    const read = vi.fn(() => Promise.reject(new Error('away')));
    metrics.gauge({ name: 'backlog', help: 'Backlog.', read });

    for (let scrapes = 0; scrapes < 3; scrapes++) await scrape(metrics);

    expect(read).toHaveBeenCalledOnce();
  });

  it('leave out what cannot be read, and show it again once it can', async () => {
    const clock = new TestClock();
    const metrics = new Metrics('things', clock.now);
    let away = true;
    const read = async () => {
      if (away) throw new Error('away');
      return 7;
    };
    metrics.gauge({ name: 'backlog', help: 'Backlog.', read });
    metrics.gaugeBy({
      name: 'states',
      help: 'States.',
      label: 'state',
      read: async () => ({ on: await read() }),
    });
    metrics.gauge({ name: 'never_known', help: 'Never known.', read: () => undefined });

    expect((await scrape(metrics)).length).toBeGreaterThan(10);
    expect(await seriesOf(metrics, 'backlog')).toEqual([]);
    expect(await seriesOf(metrics, 'states')).toEqual([]);
    expect(await seriesOf(metrics, 'never_known')).toEqual([]);
    away = false;
    clock.advance({ seconds: 1 });
    expect(await seriesOf(metrics, 'backlog')).toHaveLength(1);
    expect(await seriesOf(metrics, 'states')).toHaveLength(1);
    away = true;
    clock.advance({ seconds: 1 });
    expect(await seriesOf(metrics, 'backlog')).toEqual([]);
  });

  it('wait three seconds for what hangs, and ask it once for all scrapes meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const metrics = new Metrics('things');
      const read = vi.fn(() => new Promise<number>(() => undefined));
      metrics.gauge({ name: 'backlog', help: 'Backlog.', read });

      const scrapes = Promise.all([seriesOf(metrics, 'backlog'), seriesOf(metrics, 'backlog')]);
      await vi.advanceTimersByTimeAsync(3_000);

      expect(await scrapes).toEqual([[], []]);
      expect(read).toHaveBeenCalledOnce();
    } finally {
      vi.useRealTimers();
    }
  });

  it('show counts that somebody else keeps', async () => {
    const metrics = new Metrics('things');
    const counts = { success: 0, failure: 2 };
    metrics.countsBy({ name: 'tries_total', help: 'T.', label: 'outcome', read: () => counts });
    counts.success = 5;

    for (let scrapes = 0; scrapes < 2; scrapes++) {
      expect(await seriesOf(metrics, 'tries_total')).toEqual([
        'tries_total{outcome="success",service="things"} 5',
        'tries_total{outcome="failure",service="things"} 2',
      ]);
    }
  });
});
