import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { publishedRatios } from '../bench/report/published-ratios.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';

it('the README shows the ratios that the benchmarks have found', () => {
  const readme = readFileSync(join(WORKSPACE_ROOT, 'README.md'), 'utf8');
  const shown = /<!-- generated -->\n(.*)<!-- end of what is generated -->/s.exec(readme)?.[1];

  const found = publishedRatios(join(WORKSPACE_ROOT, 'bench/results.json'));

  expect(rowsOf(shown ?? '')).toEqual(rowsOf(found));
});

/** The formatter gives each column a width. */
function rowsOf(markdown: string): string[] {
  const rows = markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[ |:-]*$/.test(line));
  return rows.map((row) => row.replaceAll(/ +/g, ' '));
}
