/** What the page shows: all of it text and numbers that the page lays out, and no markup. */

/** A trace: one billing run, or one call of somebody else. */
export interface Run {
  readonly id: string;
  readonly title: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** The type of the error that ended it. */
  readonly failure?: string;
  readonly steps: readonly Step[];
  /** How many runs in which just the same happened followed it at once. */
  readonly repeats: number;
  /** When the last of them started; milliseconds since the epoch. */
  readonly lastAt: number;
  /** Whether so much happened that only a part of it is shown. */
  readonly isCut: boolean;
}

export type Step = Call | Work;

/** A request and its answer. */
export interface Call {
  readonly kind: 'call';
  readonly id: string;
  /** The party that called; undefined for somebody else, who exports nothing. */
  readonly from?: string;
  /** The party that was called; undefined for somebody else. */
  readonly to?: string;
  /** Of somebody else: the name of the client or the server, as far as it is known. */
  readonly stranger?: string;
  /** Method and path. */
  readonly request: string;
  /** Status and what came with it, or why there was no answer. */
  readonly answer: string;
  /** Since the start of the run. */
  readonly offsetMs: number;
  readonly durationMs: number;
  readonly problem?: Problem;
  readonly explanations: readonly Explanation[];
  /** What the called one did meanwhile that others can see. */
  readonly steps: readonly Step[];
  /** Calls that followed and went just the same, but for their times. */
  readonly alike?: Alike;
}

export interface Alike {
  readonly count: number;
  readonly fastestMs: number;
  readonly slowestMs: number;
}

/** What a party did in its own database. */
export interface Work {
  readonly kind: 'work';
  readonly id: string;
  readonly at: string;
  readonly offsetMs: number;
  readonly durationMs: number;
  readonly explanations: readonly Explanation[];
}

/** Why an answer is an error. */
export interface Problem {
  readonly code: string;
  readonly meaning: string;
  readonly source?: string;
}

/** A part of what there is to know of a step. */
export interface Explanation {
  readonly title: string;
  readonly source?: string;
  readonly fields: readonly Field[];
}

export interface Field {
  readonly name: string;
  readonly value: string;
  readonly meaning?: string;
  /** Where that is specified, such as `RFC 7519, 4.1.1`. */
  readonly source?: string;
}
