import { TestClock } from '@m2m/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { createEventLogger } from '../logging/event-logger.js';
import { ExportFailures } from './export-failures.js';

describe('export failures', () => {
  let lines: Record<string, unknown>[];
  let clock: TestClock;
  let failures: ExportFailures;

  beforeEach(() => {
    lines = [];
    clock = new TestClock();
    const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
    failures = new ExportFailures(createEventLogger('test', 'info', { write }), clock.now);
  });

  const fail = (times: number) => {
    for (let time = 0; time < times; time++) failures.report(new Error('timed out'));
  };

  it('are told once a minute, with how many there were', () => {
    fail(3);
    clock.advance({ seconds: 59 });
    fail(1);
    expect(lines).toHaveLength(1);

    clock.advance({ seconds: 1 });
    fail(1);

    expect(lines).toMatchObject([
      {
        level: 'warn',
        event: 'tracing.export_failed',
        msg: 'spans could not be exported: timed out',
        failures: 1,
      },
      { event: 'tracing.export_failed', failures: 4 },
    ]);
  });

  it.each([
    [
      Object.assign(new Error('connect ECONNREFUSED ::1:4318'), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
    ],
    [Object.assign(new Error('Unauthorized'), { code: 401, data: 'key-7 is wrong' }), '401'],
    ['something else', 'something else'],
  ])('of %s are told by their reason, without what the collector said', (error, reason) => {
    failures.report(error);

    expect(lines[0]?.['msg']).toBe(`spans could not be exported: ${reason}`);
    expect(JSON.stringify(lines)).not.toContain('key-7');
  });
});
