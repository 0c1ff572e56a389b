import { measureRound, roundLengths, type Contender, type Measured } from '../load/contender.ts';
import type { BenchContext } from '../part.ts';
import type { Figure, Finding } from '../report/part-report.ts';
import { quotients } from '../report/statistics.ts';

/** The part of what a server can do at most at which answers are timed. */
const LOAD = 0.7;
/** Enough that one is free whenever a request is due. */
const CONNECTIONS = 128;

/** The rounds of each, by its name. */
export interface AnswerTimes {
  readonly ours: readonly Measured[];
  /** With as many requests as ours. */
  readonly limit: readonly Measured[];
  /** As busy as ours: what remains to be seen is the machine. */
  readonly busyLimit: readonly Measured[];
}

/**
 * Answers at 70 % load. What a server can do at most is measured anew right before, for on a machine with neighbours
 * it is another after a minute, and 70 % of what it was would be too much.
 */
export async function measureAnswerTimes(
  { generator, reporter, quick }: BenchContext,
  ours: Contender,
  limit: Contender,
): Promise<AnswerTimes> {
  const { count, durationMs, warmUpMs } = roundLengths(quick);
  const measure = (contender: Contender) =>
    measureRound(contender, { durationMs, warmUpMs }, generator);
  const at = (contender: Contender, perSecond: number) =>
    measure({ ...contender, arrival: { kind: 'open', connections: CONNECTIONS, perSecond } });
  const times = { ours: [] as Measured[], limit: [] as Measured[], busyLimit: [] as Measured[] };
  for (let round = 1; round <= count; round++) {
    const doing = `answers at 70 % load, round ${round} of ${count}`;
    await reporter.step(doing, doing, async () => {
      const rate = LOAD * (await measure(ours)).perSecond;
      times.ours.push(await at(ours, rate));
      times.limit.push(await at(limit, rate));
      const busyRate = LOAD * (await measure(limit)).perSecond;
      times.busyLimit.push(await at(limit, busyRate));
    });
  }
  return times;
}

export function answerTimeFigures({ ours, limit, busyLimit }: AnswerTimes): Figure[] {
  return [
    ...figuresOf('auth-server at 70 % load', ours),
    ...figuresOf('the limit, with as many requests', limit),
    ...figuresOf('the limit at 70 % load', busyLimit),
  ];
}

function figuresOf(name: string, rounds: readonly Measured[]): Figure[] {
  return [
    { name: `tokens, ${name}`, unit: '1/s', values: rounds.map(({ perSecond }) => perSecond) },
    ...(['p50', 'p99'] as const).map((which): Figure => ({
      name: `${which}, ${name}`,
      unit: 'ms',
      values: rounds.map(({ latencyMs }) => latencyMs[which]),
    })),
  ];
}

/** Those of the limit tell how much of ours is the machine. */
export function answerTimeFindings({ ours, limit, busyLimit }: AnswerTimes): Finding[] {
  const overMedianOfLimit = (name: string, rounds: readonly Measured[]): Finding => ({
    name,
    unit: '×',
    values: quotients(
      rounds.map(({ latencyMs }) => latencyMs.p99),
      limit.map(({ latencyMs }) => latencyMs.p50),
    ),
  });
  return [
    {
      ...overMedianOfLimit('token endpoint, p99 at 70 % load, over the median of the limit', ours),
      target: { atMost: 3 },
    },
    overMedianOfLimit('the limit, p99 with as many requests, over its median', limit),
    overMedianOfLimit('the limit, p99 at 70 % load, over the same median', busyLimit),
  ];
}
