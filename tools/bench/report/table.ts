import stringWidth from 'fast-string-width';
import { amount } from './amount.ts';
import type { Figure, Finding } from './part-report.ts';
import { median, spread } from './statistics.ts';
import { isMet, targetText } from './verdict.ts';

/** Everything that was measured, as lines of text. */
export function figureTable(figures: readonly Figure[]): string[] {
  return aligned(
    figures.map(({ name, unit, values }) => [name, amount(median(values)), unit, noise(values)]),
  );
}

/** What was found, with the target of each, as lines of text. */
export function findingTable(findings: readonly Finding[]): string[] {
  return aligned(
    findings.map((finding) => [
      finding.name,
      amount(median(finding.values)),
      finding.unit,
      noise(finding.values),
      targetText(finding.target),
      verdictText(isMet(finding)),
    ]),
  );
}

function verdictText(met: boolean | undefined): string {
  if (met === undefined) return '';
  return met ? 'met' : 'NOT MET';
}

function noise(values: readonly number[]): string {
  return values.length > 1 ? `± ${Math.round(spread(values) * 100)} %` : '';
}

/** The second column is of numbers, and ends where they end. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => stringWidth(row[column] ?? ''))),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - stringWidth(cell));
        return column === 1 ? padding + cell : cell + padding;
      })
      .join('  ')
      .trimEnd(),
  );
}
