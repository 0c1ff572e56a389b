import type { SystemReporter } from '../local-system/system-reporter.ts';
import type { LoadGenerator } from './load/load-generator.ts';
import type { Cores } from './machine/cores.ts';
import type { PartReport } from './report/part-report.ts';

/** What every part of the benchmarks is given. */
export interface BenchContext {
  readonly cores: Cores;
  readonly generator: LoadGenerator;
  /** Fewer and shorter rounds, and smaller tables. */
  readonly quick: boolean;
  /** How many requests the part about memory makes of each app. */
  readonly requests: number;
  /** Whether the part about billing may write its plans into the documentation. */
  readonly writeDocs: boolean;
  readonly reporter: SystemReporter;
  readonly signal: AbortSignal;
}

/** A part of the benchmarks, which `--only` names. */
export interface Part {
  readonly name: string;
  readonly title: string;
  readonly run: (context: BenchContext) => Promise<PartReport>;
}
