import { describe, expect, it } from 'vitest';
import { commandLineOf, identifyProcess, isSameProcessRunning } from './process-identity.mjs';

const UNUSED_PID = 2 ** 22 + 1;

describe('process identity', () => {
  it('recognises a running process', () => {
    const identity = identifyProcess(process.pid);
    expect(identity).toMatchObject({ pid: process.pid });
    expect(identity && isSameProcessRunning(identity)).toBe(true);
  });

  it('does not mistake a process that was given the same id later', () => {
    expect(isSameProcessRunning({ pid: process.pid, startedAt: 'earlier' })).toBe(false);
  });

  it('knows nothing of a process that is not there', () => {
    expect(identifyProcess(UNUSED_PID)).toBeUndefined();
    expect(commandLineOf(UNUSED_PID)).toBeUndefined();
  });

  it('tells a command line', () => {
    expect(commandLineOf(process.pid)).toContain('node');
  });
});
