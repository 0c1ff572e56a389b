export type Unit = '1/s' | 'ms' | 's' | 'µs' | 'MB' | 'MB/h' | '×';

/** Something that was measured, once in each round. */
export interface Figure {
  readonly name: string;
  readonly unit: Unit;
  readonly values: readonly number[];
}

/** What a figure is to reach. */
export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** A figure that says something by itself: a ratio, or an amount that has a limit. */
export interface Finding extends Figure {
  readonly target?: Target;
}

/** What a part of the benchmarks has found out. */
export interface PartReport {
  readonly figures: readonly Figure[];
  readonly findings: readonly Finding[];
  /** What a reader has to know to judge the figures of this run. */
  readonly notes: readonly string[];
}
