import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lastLines, rotateLog } from './log-file.ts';

describe('a log file', () => {
  let directory: string;
  let log: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'm2m-log-'));
    log = join(directory, 'app.log');
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('gives its last lines', () => {
    writeFileSync(log, 'one\ntwo\n\nthree\n');
    expect(lastLines(log, 0, 2)).toEqual(['two', 'three']);
  });

  it('gives only lines after an offset', () => {
    writeFileSync(log, 'old\nnew\n');
    expect(lastLines(log, 4, 10)).toEqual(['new']);
  });

  it('has no lines if it is not there', () => {
    expect(lastLines(log, 0, 10)).toEqual([]);
  });

  it('is moved aside once it has grown large', () => {
    writeFileSync(log, '12345');
    rotateLog(log, 5);
    expect(existsSync(`${log}.1`)).toBe(false);
    rotateLog(log, 4);
    expect(existsSync(`${log}.1`)).toBe(true);
    expect(existsSync(log)).toBe(false);
  });
});
