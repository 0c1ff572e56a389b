import { parseObject } from './flow-event.ts';

const SHOWN_FAULTS = 5;

/** Says what is left to bill and what the apps complained of last. */
export function delayReport(
  limitSeconds: number,
  pending: readonly string[],
  pageLimit: number,
  logLines: readonly string[],
): string {
  const count = pending.length < pageLimit ? String(pending.length) : `${pageLimit} or more`;
  const headline = `orders are still pending ${limitSeconds} s after the worker was started: ${count}`;
  const faults = logLines.flatMap(faultOf).slice(-SHOWN_FAULTS);
  const first = pending[0] === undefined ? [] : [`the first: ${pending[0]}`];
  const complaints = faults.length === 0 ? ['no app has logged an error'] : faults;
  return [headline, ...first, ...complaints].join('\n    ');
}

/** The message of a line at level warn or worse. */
function faultOf(line: string): string[] {
  const entry = parseObject(line);
  const level = entry?.['level'];
  if (level !== 'warn' && level !== 'error' && level !== 'fatal') return [];
  return [`${String(entry?.['service'])} ${level}: ${String(entry?.['msg'])}`];
}
