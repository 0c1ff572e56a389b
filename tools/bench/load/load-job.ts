import type { BearerRequests } from './workloads/bearer-requests.ts';
import type { TokenRequests } from './workloads/token-requests.ts';

/** What is asked for, and what makes a good answer. */
export type WorkloadDescription = TokenRequests | BearerRequests;

/**
 * How the requests come.
 *
 * - `closed`: each connection sends its next request when it has its answer: what a server can do at most.
 * - `open`: they come at a fixed rate whether there are answers or not, and wait from when they were due.
 */
export type Arrival =
  | { readonly kind: 'closed'; readonly connections: number }
  | { readonly kind: 'open'; readonly connections: number; readonly perSecond: number };

/** What a server can do at most. */
export const FULL_LOAD: Arrival = { kind: 'closed', connections: 32 };

export interface LoadJob {
  /** On localhost; the requests go to them in turn. */
  readonly ports: readonly number[];
  readonly workload: WorkloadDescription;
  readonly arrival: Arrival;
  /** Milliseconds under the same load before anything counts. */
  readonly warmUpMs: number;
  readonly durationMs: number;
  /** Ends it later, until there are so many answers, as long as that takes no half a minute. */
  readonly fewest?: number;
  /** Ends it earlier, after so many requests. */
  readonly requests?: number;
}

export interface LoadResult {
  /** Answers that were checked and found good, within `seconds`. */
  readonly answers: number;
  /** All that were answered and checked, those of the warm-up too. */
  readonly total: number;
  readonly seconds: number;
  readonly perSecond: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** The part of its processor that the load generator itself needed: near 1, it was what was measured. */
  readonly generatorLoad: number;
}

export type LoadReply = { readonly result: LoadResult } | { readonly error: string };
