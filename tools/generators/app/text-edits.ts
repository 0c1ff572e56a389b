import type { Tree } from '@nx/devkit';

/** A place to add something at is not there: the file has changed in a way that the edit does not understand. */
export class PlaceNotFound extends Error {}

/** Changes a file of the workspace. An error names the file. */
export function edit(tree: Tree, path: string, change: (text: string) => string): void {
  const text = tree.read(path, 'utf8');
  if (text === null) throw new PlaceNotFound(`${path}: is not there`);
  try {
    tree.write(path, change(text));
  } catch (error) {
    if (!(error instanceof PlaceNotFound)) throw error;
    throw new PlaceNotFound(`${path}: ${error.message}`);
  }
}

/**
 * Adds lines at the end of a block, which is what is indented below the line that opens it.
 *
 * @param openings the line that opens the block, after those that open the blocks around it. The first is not
 *   indented, and of the others the indentation is left out.
 */
export function addToBlock(text: string, openings: readonly string[], addition: string): string {
  const lines = text.split('\n');
  let block = { start: 0, end: lines.length, indentation: -1 };
  for (const opening of openings) block = innerBlock(lines, block, opening);
  let end = block.end;
  while (end > block.start && lines[end - 1]?.trim() === '') end--;
  return lines.toSpliced(end, 0, addition).join('\n');
}

/** Adds lines before the first one that begins so, its indentation aside. */
export function addBefore(text: string, beginning: string, addition: string): string {
  const lines = text.split('\n');
  const index = lines.findIndex((line) => line.trimStart().startsWith(beginning));
  if (index < 0) throw notFound(beginning);
  return lines.toSpliced(index, 0, addition).join('\n');
}

/** Adds lines after the last one that a pattern matches. */
export function addAfterLast(text: string, pattern: RegExp, addition: string): string {
  const lines = text.split('\n');
  const index = lines.findLastIndex((line) => pattern.test(line));
  if (index < 0) throw notFound(String(pattern));
  return lines.toSpliced(index + 1, 0, addition).join('\n');
}

/** Replaces the first match of a pattern. */
export function replaceFirst(
  text: string,
  pattern: RegExp,
  replacement: (match: string) => string,
): string {
  if (!pattern.test(text)) throw notFound(String(pattern));
  return text.replace(pattern, replacement);
}

interface Block {
  readonly start: number;
  readonly end: number;
  readonly indentation: number;
}

function innerBlock(lines: readonly string[], outer: Block, opening: string): Block {
  const isOutermost = outer.indentation < 0;
  const index = lines.findIndex(
    (line, number) =>
      number >= outer.start &&
      number < outer.end &&
      (isOutermost ? line : line.trimStart()) === opening,
  );
  if (index < 0) throw notFound(opening);
  const indentation = indentationOf(lines[index] ?? '');
  const length = lines
    .slice(index + 1)
    .findIndex((line) => line.trim() !== '' && indentationOf(line) <= indentation);
  return { start: index + 1, end: length < 0 ? lines.length : index + 1 + length, indentation };
}

// The first key of an item of a YAML list has the others beside it, below the dash.
const indentationOf = (line: string) => line.search(/\S/) + (/^\s*- \w/.test(line) ? 2 : 0);

const notFound = (place: string) => new PlaceNotFound(`has no place such as "${place}"`);
