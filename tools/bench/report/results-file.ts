import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Machine } from '../machine/machine.ts';
import type { Figure, Finding, PartReport } from './part-report.ts';
import { median, spread } from './statistics.ts';
import { isMet } from './verdict.ts';

/** A part as it was measured, and where. */
export interface PartResult extends PartReport {
  readonly name: string;
  readonly measuredAt: Date;
  readonly machine: Machine;
  readonly quick: boolean;
}

/** Writes the results; of a part that was not measured this time, what the file says already stays. */
export function writeResults(path: string, results: readonly PartResult[]): void {
  const earlier = readParts(path);
  const parts = Object.fromEntries(results.map((result) => [result.name, partDocument(result)]));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify({ parts: { ...earlier, ...parts } }, null, 2)}\n`);
}

function readParts(path: string): object {
  try {
    const document: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const isResults = typeof document === 'object' && document !== null && 'parts' in document;
    return isResults && typeof document.parts === 'object' ? { ...document.parts } : {};
  } catch {
    return {};
  }
}

function partDocument({ measuredAt, machine, quick, notes, findings, figures }: PartResult) {
  return {
    measuredAt: measuredAt.toISOString(),
    quick,
    machine,
    notes,
    findings: findings.map((finding) => ({
      ...figureDocument(finding),
      target: finding.target,
      met: isMet(finding),
    })),
    figures: figures.map(figureDocument),
  };
}

function figureDocument({ name, unit, values }: Figure | Finding) {
  const round = (value: number) => Number(value.toPrecision(4));
  return {
    name,
    unit,
    median: round(median(values)),
    spread: round(spread(values)),
    rounds: values.map(round),
  };
}
