import type { Change } from './plan.ts';

/** A line for each file. */
export function planText(changes: readonly Change[]): string {
  const lines = changes.map(
    ({ file, what, text }) =>
      `${text === undefined ? 'remove' : 'write '}  ${file}  (${what.join(', ')})`,
  );
  return `${lines.join('\n')}\n`;
}
