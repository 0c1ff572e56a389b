import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeResults, type PartResult } from './results-file.ts';

describe('the file of results', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'm2m-bench-results-'));
    path = join(directory, 'bench/results.json');
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('says of each part when and where it was measured, and every round', () => {
    writeResults(path, [result('guard', [0.91234, 0.9])]);
    expect(read()).toEqual({
      parts: {
        guard: {
          measuredAt: '2030-01-01T00:00:00.000Z',
          quick: false,
          machine: result('guard', []).machine,
          notes: [],
          findings: [
            {
              name: 'ratio',
              unit: '×',
              median: 0.9062,
              spread: 0.006809,
              rounds: [0.9123, 0.9],
              target: { atLeast: 0.9 },
              met: true,
            },
          ],
          figures: [],
        },
      },
    });
  });

  it('keeps a part that was not measured this time, and replaces one that was', () => {
    writeResults(path, [result('guard', [1]), result('memory', [1])]);
    writeResults(path, [result('guard', [2])]);
    expect(read()).toMatchObject({
      parts: {
        guard: { findings: [{ median: 2 }] },
        memory: { findings: [{ median: 1 }] },
      },
    });
  });

  function read(): unknown {
    return JSON.parse(readFileSync(path, 'utf8'));
  }
});

function result(name: string, values: readonly number[]): PartResult {
  return {
    name,
    measuredAt: new Date('2030-01-01'),
    quick: false,
    machine: {
      processor: 'p',
      cores: 2,
      memoryGb: 4,
      busy: 0,
      system: 's',
      node: 'v24',
      postgres: '18',
      pinning: 'pinned',
      peers: { fastify: '5' },
    },
    notes: [],
    findings: [{ name: 'ratio', unit: '×', values, target: { atLeast: 0.9 } }],
    figures: [],
  };
}
