import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogTail } from './log-tail.ts';

describe('LogTail', () => {
  let directory: string;
  let log: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'm2m-tail-'));
    log = join(directory, 'app.log');
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('reads what is written after it began to follow', () => {
    writeFileSync(log, 'before\n');
    const tail = new LogTail(log);
    appendFileSync(log, 'one\ntw');
    expect(tail.read()).toEqual(['one']);
    appendFileSync(log, 'o\n');
    expect(tail.read()).toEqual(['two']);
    expect(tail.read()).toEqual([]);
  });

  it('waits for a log that is not there yet', () => {
    const tail = new LogTail(log);
    expect(tail.read()).toEqual([]);
    writeFileSync(log, 'first\n');
    expect(tail.read()).toEqual(['first']);
  });

  it('starts over when the log was replaced', () => {
    writeFileSync(log, 'a long line of before\n');
    const tail = new LogTail(log);
    writeFileSync(log, 'new\n');
    expect(tail.read()).toEqual(['new']);
  });
});
