import { readFileSync } from 'node:fs';
import { amount } from './amount.ts';
import type { Target } from './part-report.ts';
import { targetText } from './verdict.ts';

/** What this reads of the file that `writeResults` writes. */
interface Results {
  readonly parts: Readonly<Record<string, Part>>;
}

interface Part {
  readonly measuredAt: string;
  readonly machine: { readonly processor: string; readonly cores: number; readonly node: string };
  readonly findings: readonly Finding[];
}

interface Finding {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly spread: number;
  readonly target?: Target;
  readonly met?: boolean;
}

/** Every ratio in a file of results, and whatever else has a target, as a table of Markdown. */
export function publishedRatios(path: string): string {
  const { parts } = JSON.parse(readFileSync(path, 'utf8')) as Results;
  const rows = Object.values(parts).flatMap(({ measuredAt, findings }) =>
    findings.map((finding) => [...cellsOf(finding), measuredAt.slice(0, 10)]),
  );
  const table = [
    ['measure', 'median', 'noise', 'to reach', 'on'],
    ['---', '--:', '--:', '---', '---'],
  ];
  const lines = [...table, ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return `\n${machinesOf(parts).join('; ')}:\n\n${lines.join('\n')}\n\n`;
}

function cellsOf({ name, unit, median, spread, target, met }: Finding): string[] {
  const verdict = met === false ? ', **missed**' : '';
  return [
    name,
    `${amount(median)} ${unit}`,
    `± ${Math.round(spread * 100)} %`,
    target ? `${targetText(target)}${verdict}` : '',
  ];
}

function machinesOf(parts: Results['parts']): string[] {
  const machines = Object.values(parts).map(
    ({ machine: { processor, cores, node } }) =>
      `${processor}, ${cores} processors, Node.js ${node}`,
  );
  return [...new Set(machines)];
}
