import type { JobResult } from 'pg-boss';
import type { ReportOutcome } from './report-outcome.js';

/** Until somebody has changed a registration or a configuration, one look in a while is enough. */
const PAUSE_WITHOUT_ACCESS_MS = 30_000;
/** So that an outage does not make every waiting report fail again and again. */
const PAUSE_IN_OUTAGE_MS = 2_000;

/** What becomes of a job: done, tried again later, or a dead letter. */
export function resultOf(id: string, outcome: ReportOutcome | undefined): JobResult {
  if (outcome?.kind !== 'settled')
    return { id, status: 'failed', output: { reason: reasonOf(outcome) } };
  const { settlement } = outcome;
  return settlement.status === 'failed'
    ? { id, status: 'deadletter', output: { reason: settlement.failure } }
    : { id, status: 'completed' };
}

/** Whether nothing else of the batch is to be sent. */
export function tellsToStop(outcome: ReportOutcome): boolean {
  return outcome.kind === 'no_access' || (outcome.kind === 'retry' && outcome.leaveAloneMs > 0);
}

/** For how many milliseconds the API has asked to be left alone. */
export function leaveAloneAfter(outcomes: readonly ReportOutcome[]): number {
  return Math.max(
    0,
    ...outcomes.map((outcome) => (outcome.kind === 'retry' ? outcome.leaveAloneMs : 0)),
  );
}

/** For how many milliseconds nothing is to be reported after a batch. */
export function pauseAfter(outcomes: readonly ReportOutcome[]): number {
  const some = (kind: ReportOutcome['kind']) => outcomes.some((outcome) => outcome.kind === kind);
  if (some('no_access')) return PAUSE_WITHOUT_ACCESS_MS;
  const isOutage = some('retry') && !some('settled');
  return Math.max(isOutage ? PAUSE_IN_OUTAGE_MS : 0, leaveAloneAfter(outcomes));
}

function reasonOf(outcome: Exclude<ReportOutcome, { kind: 'settled' }> | undefined): string {
  return outcome && 'reason' in outcome ? outcome.reason : 'postponed';
}
