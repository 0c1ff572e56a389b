import type { Finding, Target } from './part-report.ts';
import { median } from './statistics.ts';

/** Whether the median reaches the target; undefined where there is none. */
export function isMet({ target, values }: Finding): boolean | undefined {
  if (target === undefined) return undefined;
  const value = median(values);
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}

export function targetText(target: Target | undefined): string {
  if (target === undefined) return '';
  return 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`;
}
