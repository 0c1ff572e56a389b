import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readStatements } from './statement-log.ts';

const BEFORE = '2030-01-01 00:00:00.000 UTC [1] LOG:  database system is ready\n';
const LOG = `${BEFORE}2030-01-01 00:00:01.000 UTC [2] LOG:  duration: 0.055 ms  plan:
\tQuery Text: UPDATE invoice
\t  SET failure = $1 WHERE id = $2
\tQuery Parameters: $1 = NULL, $2 = 'it''s, $1 = ''x'''
\tUpdate on invoice  (cost=0.42..8.44 rows=0 width=0) (actual time=0.03..0.03 rows=0.00 loops=1)
\t  Buffers: shared hit=3
2030-01-01 00:00:02.000 UTC [2] LOG:  duration: 0.010 ms  plan:
\tQuery Text: SELECT 1
\tResult  (cost=0.00..0.01 rows=1 width=4) (actual time=0.00..0.00 rows=1.00 loops=1)
2030-01-01 00:00:03.000 UTC [2] ERROR:  deadlock detected
\tCONTEXT:  while locking
`;

describe('the statements in a log of PostgreSQL', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'm2m-statement-log-'));
    path = join(directory, 'postgres.log');
    writeFileSync(path, LOG);
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('are read with their parameters and plans, and nothing else is', () => {
    expect(readStatements(path, 0)).toEqual([
      {
        text: 'UPDATE invoice\n  SET failure = $1 WHERE id = $2',
        parameters: [null, "it's, $1 = 'x'"],
        plan: 'Update on invoice  (cost=0.42..8.44 rows=0 width=0) (actual time=0.03..0.03 rows=0.00 loops=1)\n  Buffers: shared hit=3',
      },
      {
        text: 'SELECT 1',
        parameters: [],
        plan: 'Result  (cost=0.00..0.01 rows=1 width=4) (actual time=0.00..0.00 rows=1.00 loops=1)',
      },
    ]);
  });

  it('are those from the offset on', () => {
    const second = LOG.indexOf('2030-01-01 00:00:02');
    expect(readStatements(path, second).map(({ text }) => text)).toEqual(['SELECT 1']);
  });
});
