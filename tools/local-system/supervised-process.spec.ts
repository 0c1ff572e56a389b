import { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SupervisedProcess } from './supervised-process.ts';

/** A child that lives until it gets the signal it is vulnerable to. */
class FakeChild extends ChildProcess {
  override readonly pid: number;
  readonly signals: NodeJS.Signals[] = [];
  readonly #vulnerableTo: NodeJS.Signals;

  constructor(pid: number, vulnerableTo: NodeJS.Signals) {
    super();
    this.pid = pid;
    this.#vulnerableTo = vulnerableTo;
  }

  override kill(signal: NodeJS.Signals): boolean {
    this.signals.push(signal);
    if (signal === this.#vulnerableTo || signal === 'SIGKILL') this.emit('exit', null, signal);
    return true;
  }
}

describe('SupervisedProcess', () => {
  let directory: string;
  let pidFile: string;
  let children: FakeChild[];
  let notices: string[];

  const supervise = (vulnerableTo: NodeJS.Signals = 'SIGTERM') =>
    new SupervisedProcess({
      name: 'orders-api',
      pidFile,
      spawn: () => {
        const child = new FakeChild(1_000 + children.length, vulnerableTo);
        children.push(child);
        return child;
      },
      stopStages: [
        { signal: 'SIGTERM', patienceMs: 10_000 },
        { signal: 'SIGKILL', patienceMs: 5_000 },
      ],
      notice: (message) => notices.push(message),
    });

  beforeEach(() => {
    vi.useFakeTimers();
    directory = mkdtempSync(join(tmpdir(), 'm2m-supervised-'));
    pidFile = join(directory, 'orders-api.pid');
    children = [];
    notices = [];
  });

  afterEach(() => {
    vi.useRealTimers();
    rmSync(directory, { recursive: true });
  });

  it('writes the id of the process while it runs', async () => {
    const supervised = supervise();
    supervised.start();
    expect(readFileSync(pidFile, 'utf8')).toBe('1000\n');
    await supervised.stop();
    expect(existsSync(pidFile)).toBe(false);
  });

  it('leaves a process dead that was not found good yet', async () => {
    const supervised = supervise();
    supervised.start();
    children[0]?.emit('exit', 1, null);
    await expect(supervised.exit).resolves.toBe('exit code 1');
    vi.advanceTimersByTime(60_000);
    expect(children).toHaveLength(1);
  });

  it('starts a process again that has died, and says so', async () => {
    const supervised = supervise();
    supervised.start();
    supervised.keepAlive();
    await supervised.kill('SIGKILL');
    expect(supervised.pid).toBeUndefined();
    vi.advanceTimersByTime(200);
    expect(supervised.pid).toBe(1_001);
    expect(readFileSync(pidFile, 'utf8')).toBe('1001\n');
    expect(notices).toEqual([
      'orders-api has died (killed by SIGKILL); starting it again',
      'orders-api was started again, process 1001',
    ]);
  });

  it('takes longer and longer over a process that keeps dying', async () => {
    const supervised = supervise();
    supervised.start();
    supervised.keepAlive();
    await supervised.kill('SIGKILL');
    vi.advanceTimersByTime(200);
    await supervised.kill('SIGKILL');
    vi.advanceTimersByTime(399);
    expect(children).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(children).toHaveLength(3);
  });

  it('does not start again what it was told to stop', async () => {
    const supervised = supervise();
    supervised.start();
    supervised.keepAlive();
    await supervised.kill('SIGKILL');
    await supervised.stop();
    vi.advanceTimersByTime(60_000);
    expect(children).toHaveLength(1);
  });

  it('gives the process time to stop before it is killed', async () => {
    const supervised = supervise('SIGKILL');
    supervised.start();
    const stopped = supervised.stop();
    await vi.advanceTimersByTimeAsync(9_999);
    expect(children[0]?.signals).toEqual(['SIGTERM']);
    await vi.advanceTimersByTimeAsync(1);
    await stopped;
    expect(children[0]?.signals).toEqual(['SIGTERM', 'SIGKILL']);
  });
});
