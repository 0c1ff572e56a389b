import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tryProcessLock } from './process-lock.mjs';

const first = { pid: 101, startedAt: '7' };
const second = { pid: 102, startedAt: '8' };
const everyoneRuns = () => true;
const nobodyRuns = () => false;

describe('tryProcessLock', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'm2m-lock-'));
    path = join(directory, 'lock');
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('names the holder while that runs', () => {
    tryProcessLock(path, { self: first });
    const { lock, holder } = tryProcessLock(path, { self: second, isRunning: everyoneRuns });
    expect(lock).toBeUndefined();
    expect(holder).toEqual(first);
  });

  it('takes over from a holder that has died', () => {
    tryProcessLock(path, { self: first });
    expect(tryProcessLock(path, { self: second, isRunning: nobodyRuns }).lock).toBeDefined();
    expect(tryProcessLock(path, { self: first, isRunning: everyoneRuns }).holder).toEqual(second);
  });

  it('takes over a lock that cannot be read', () => {
    writeFileSync(path, '{"pid":');
    expect(tryProcessLock(path, { self: second, isRunning: everyoneRuns }).lock).toBeDefined();
  });

  it('is free again after its release', () => {
    tryProcessLock(path, { self: first }).lock?.release();
    expect(tryProcessLock(path, { self: second, isRunning: everyoneRuns }).lock).toBeDefined();
  });

  it('says when waiting for it is worth it', () => {
    tryProcessLock(path, { self: first }).lock?.announceRelease();
    const { holder } = tryProcessLock(path, { self: second, isRunning: everyoneRuns });
    expect(holder).toEqual({ ...first, releasing: true });
  });

  it('lasts as long as the process that it was handed over to', () => {
    const { lock } = tryProcessLock(path, { self: first });
    lock?.handOver(process.pid);
    expect(tryProcessLock(path, { self: second }).holder?.pid).toBe(process.pid);
    lock?.release();
    expect(tryProcessLock(path, { self: second }).lock).toBeDefined();
  });

  it('leaves a lock alone that has meanwhile passed to another', () => {
    const lost = tryProcessLock(path, { self: first }).lock;
    tryProcessLock(path, { self: second, isRunning: nobodyRuns });
    lost?.release();
    expect(tryProcessLock(path, { self: first, isRunning: everyoneRuns }).holder).toEqual(second);
  });

  it('leaves no files beside the lock', () => {
    tryProcessLock(path, { self: first });
    tryProcessLock(path, { self: second, isRunning: nobodyRuns });
    tryProcessLock(path, { self: first, isRunning: everyoneRuns });
    expect(readdirSync(directory)).toEqual(['lock']);
  });
});
