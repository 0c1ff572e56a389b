import type { Span } from '../otlp/span.ts';
import type { Run } from './run.ts';
import { ServiceAddresses } from './service-addresses.ts';
import { signatureOf, tellRun } from './tell-run.ts';

const MOST_TRACES = 60;
const MOST_SPANS_OF_A_TRACE = 2_000;

/**
 * For how long a trace is kept back: services export by themselves, and what they tell of one request should
 * be seen at once.
 */
export const SETTLE_MS = 400;

interface Trace {
  readonly firstSeenAt: number;
  readonly spans: Span[];
  /** What was told of the spans, until there are more. */
  told?: { readonly run: Run | undefined } | undefined;
  /** Runs just like this one that followed it and had to make room. */
  repeats: number;
  /** When the last of these started. */
  lastAt?: number;
  /** Whether there were more spans than are kept. */
  isCut: boolean;
}

/** The latest traces. Of those that tell nothing new, and then of the oldest, no more than a number is kept. */
export class FlowHistory {
  readonly #traces = new Map<string, Trace>();
  readonly #addresses = new ServiceAddresses();
  readonly #now: () => number;

  /** @param now milliseconds of a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(spans: readonly Span[]): void {
    for (const span of spans) {
      this.#addresses.learn(span);
      keep(span, this.#traceOf(span));
    }
    while (this.#traces.size > MOST_TRACES) this.#forgetOne();
  }

  /** Whether there is a trace that `runs` keeps back for now. */
  get isSettling(): boolean {
    return [...this.#traces.values()].some((trace) => !this.#isSettled(trace));
  }

  /** What happened, in the order in which it began; runs in which just the same happened are one. */
  runs(): Run[] {
    const runs: Run[] = [];
    for (const trace of this.#traces.values()) {
      const run = this.#tell(trace);
      if (run === undefined) continue;
      const last = runs.at(-1);
      if (last && isAlike(last, run)) runs[runs.length - 1] = followedBy(last, run);
      else runs.push(run);
    }
    return runs;
  }

  #traceOf({ traceId }: Span): Trace {
    const known = this.#traces.get(traceId);
    if (known) return known;
    const trace: Trace = { firstSeenAt: this.#now(), spans: [], repeats: 0, isCut: false };
    this.#traces.set(traceId, trace);
    return trace;
  }

  #isSettled({ firstSeenAt }: Trace): boolean {
    return this.#now() - firstSeenAt >= SETTLE_MS;
  }

  /** The run that a trace is; undefined if it tells nothing, or not yet. */
  #tell(trace: Trace): Run | undefined {
    if (!this.#isSettled(trace)) return undefined;
    trace.told ??= { run: tellRun(trace.spans, this.#addresses) };
    const { run } = trace.told;
    if (run === undefined) return undefined;
    const { repeats, isCut, lastAt = run.startedAt } = trace;
    return { ...run, repeats, isCut, lastAt };
  }

  #forgetOne(): void {
    const traces = [...this.#traces];
    const silent = traces.find(([, trace]) => this.#isSettled(trace) && !this.#tell(trace));
    const [id] = silent ?? this.#takeUpRepeated(traces) ?? traces[0] ?? [];
    if (id !== undefined) this.#traces.delete(id);
  }

  /** A trace that only repeats the one before, which counts it from now on. */
  #takeUpRepeated(traces: readonly [string, Trace][]): [string, Trace] | undefined {
    let before: { readonly trace: Trace; readonly run: Run } | undefined;
    for (const entry of traces) {
      const [, trace] = entry;
      const run = this.#tell(trace);
      if (run === undefined) continue;
      if (before && isAlike(before.run, run)) {
        before.trace.repeats += run.repeats + 1;
        before.trace.lastAt = run.lastAt;
        return entry;
      }
      before = { trace, run };
    }
    return undefined;
  }
}

// The root, which is exported last, says what a trace is.
function keep(span: Span, trace: Trace): void {
  if (trace.spans.length >= MOST_SPANS_OF_A_TRACE && span.parentSpanId !== '') {
    trace.isCut = true;
    return;
  }
  trace.spans.push(span);
  trace.told = undefined;
}

function isAlike(a: Run, b: Run): boolean {
  return signatureOf(a) === signatureOf(b);
}

function followedBy(first: Run, next: Run): Run {
  return { ...first, repeats: first.repeats + next.repeats + 1, lastAt: next.lastAt };
}
