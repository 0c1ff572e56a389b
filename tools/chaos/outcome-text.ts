import { duration } from '../console/duration.mjs';
import type { ProcessName } from '../local-system/apps.ts';
import type { ChaosOutcome, Progress } from './chaos-run.ts';

const VICTIMS: readonly ProcessName[] = ['billing-worker', 'postgres', 'orders-api', 'auth-server'];
const SHOWN_VIOLATIONS = 50;

/** How a run goes, in one line. */
export function progressText({ tally, placed, elapsedMs }: Progress): string {
  const victims = VICTIMS.map((victim) => `${victim} ${tally.of(victim)}`).join(', ');
  const kills = `${tally.total} kills (${victims})`;
  return `${kills} in ${duration(elapsedMs)}; ${placed} orders placed`;
}

/** What a run did and found. */
export function outcomeText(outcome: ChaosOutcome): string {
  const { reports, settledMs, tally, violations } = outcome;
  return [
    progressText(outcome),
    ...VICTIMS.flatMap((victim) => [
      `  ${victim}`,
      ...tally.triggers(victim).map(([name, count]) => `    ${String(count).padStart(5)}  ${name}`),
    ]),
    `${reports} reports were sent; all was at rest ${duration(settledMs)} after the last kill`,
    ...unsettledText(outcome),
    `${violations.length} violations`,
    ...violations.slice(0, SHOWN_VIOLATIONS).map(({ rule, detail }) => `  ${rule}: ${detail}`),
  ].join('\n');
}

function unsettledText({ unsettled }: ChaosOutcome): string[] {
  if (unsettled === undefined) return [];
  const { pending, unreported, jobs } = unsettled;
  return [
    `it has not come to rest: ${pending} orders pending, ${unreported} invoices unreported, ${jobs} reports queued`,
  ];
}
