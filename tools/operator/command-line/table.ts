import stringWidth from 'fast-string-width';
import { printable } from './printable.ts';

const GAP = '  ';

/** A table for people: aligned columns under headings, or `nothing` where there are no rows. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  nothing: string,
): string {
  return rows.length === 0 ? nothing : aligned([headings, ...rows]);
}

/** Aligns columns. Cells are shown printable, and an empty one as a dash. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => printable(cell) || '-'));
  const [first = []] = cells;
  const widths = first.map((_cell, column) =>
    Math.max(...cells.map((row) => stringWidth(row[column] ?? ''))),
  );
  return cells.map((row) => alignedRow(row, widths)).join('\n');
}

function alignedRow(row: readonly string[], widths: readonly number[]): string {
  const padded = row.map(
    (cell, column) => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell)),
  );
  return padded.join(GAP).trimEnd();
}
