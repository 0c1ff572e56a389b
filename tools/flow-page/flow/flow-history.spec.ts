import { beforeEach, describe, expect, it } from 'vitest';
import type { Span } from '../otlp/span.ts';
import { anAnswer, aRequest, aSpan } from './a-span.ts';
import { FlowHistory, SETTLE_MS } from './flow-history.ts';

describe('FlowHistory', () => {
  let now: number;
  let history: FlowHistory;

  beforeEach(() => {
    now = 0;
    history = new FlowHistory(() => now);
  });

  const settle = () => (now += SETTLE_MS);
  /** A run that begins at a time and lists orders. */
  function run(traceId: string, startMs: number, status = 200): Span[] {
    const ids = { traceId, startMs, endMs: startMs + 5 };
    return [
      aSpan({ ...ids, spanId: `${traceId}-job` }),
      aRequest({ ...ids, spanId: `${traceId}-r`, parentSpanId: `${traceId}-job`, status }),
      anAnswer({ ...ids, spanId: `${traceId}-a`, parentSpanId: `${traceId}-r`, status }),
    ];
  }

  it('shows a trace once all have had the time to tell of it', () => {
    history.add(run('a', 1));
    expect(history.runs()).toEqual([]);
    expect(history.isSettling).toBe(true);

    settle();
    expect(history.runs()).toMatchObject([{ id: 'a', startedAt: 1 }]);
    expect(history.isSettling).toBe(false);
  });

  it('tells anew what more spans have come of', () => {
    const [job, request, answer] = run('a', 1);
    history.add([job, request].filter((span) => span !== undefined));
    settle();
    expect(history.runs()[0]?.steps).toMatchObject([{ from: 'billing-worker' }]);
    expect(history.runs()[0]?.steps[0]).not.toHaveProperty('to');

    history.add([answer].filter((span) => span !== undefined));
    expect(history.runs()[0]?.steps).toMatchObject([{ to: 'orders-api' }]);
  });

  it('puts runs in which just the same happened into one, and none else', () => {
    history.add([...run('a', 1), ...run('b', 2), ...run('c', 3, 503), ...run('d', 4)]);
    settle();

    expect(history.runs()).toMatchObject([
      { id: 'a', repeats: 1, startedAt: 1, lastAt: 2 },
      { id: 'c', repeats: 0 },
      { id: 'd', repeats: 0 },
    ]);
  });

  it('keeps what is different when there is too much, and counts what is the same', () => {
    history.add(run('first', 1, 503));
    settle();
    for (let index = 0; index < 500; index++) {
      history.add(run(`idle-${index}`, 10 + index));
      settle();
    }

    expect(history.runs()).toMatchObject([
      { id: 'first', repeats: 0 },
      { id: 'idle-0', repeats: 499, startedAt: 10, lastAt: 509 },
    ]);
  });

  it('forgets the oldest of what is all different', () => {
    for (let index = 0; index < 200; index++) {
      history.add(run(`run-${index}`, index, 400 + (index % 50)));
      settle();
    }

    const ids = history.runs().map(({ id }) => id);
    expect(ids).toHaveLength(60);
    expect(ids.at(-1)).toBe('run-199');
    expect(ids).not.toContain('run-0');
  });

  it('keeps a part of a trace that is endless, and says so', () => {
    const [job, ...others] = run('a', 1);
    const more = (index: number) =>
      aRequest({ traceId: 'a', spanId: `more-${index}`, parentSpanId: 'a-job', startMs: 2 });
    history.add([...others, ...Array.from({ length: 5_000 }, (_, index) => more(index))]);
    history.add([job].filter((span) => span !== undefined));
    settle();

    expect(history.runs()).toMatchObject([{ title: 'Billing run', isCut: true }]);
    expect(history.runs()[0]?.steps).toMatchObject([{ alike: { count: 1_998 } }]);
  });
});
