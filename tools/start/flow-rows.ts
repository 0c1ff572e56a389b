import type { styler } from '../console/style.mjs';

export type Style = ReturnType<typeof styler>;

/** A name and its value, and in a word what that is for and where it is specified. */
export interface Row {
  readonly name: string;
  readonly value: string;
  readonly meaning?: string;
  readonly source?: string;
}

const INDENTATION = '       ';
/** A longer value pushes only its own note aside. */
const WIDEST_VALUE = 44;

/** The rows as lines with their columns aligned. */
export function alignRows(rows: readonly Row[], style: Style): string[] {
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const valueWidth = Math.min(WIDEST_VALUE, Math.max(...rows.map(({ value }) => value.length)));
  return rows.map(({ name, value, meaning = '', source }) => {
    const note = source === undefined ? meaning : `${meaning} (${source})`;
    const head = `${INDENTATION}${style('cyan', name.padEnd(nameWidth))}  `;
    return note === ''
      ? `${head}${value}`
      : `${head}${value.padEnd(valueWidth)}  ${style('dim', note.trimStart())}`;
  });
}
