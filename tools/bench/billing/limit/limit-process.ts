import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../../../workspace/root.ts';
import { BenchError } from '../../bench-error.ts';
import type { LimitJob, LimitReply } from './limit-job.ts';

const PROGRAM = join(WORKSPACE_ROOT, 'tools/bench/billing/limit/limit.main.ts');

const PATIENCE_MS = 120_000;

/** The limit as a process of its own, as the worker is one. It stays, so that its code stays compiled. */
export class LimitProcess {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = spawn(process.execPath, ['--no-warnings', PROGRAM], {
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  async bill(job: LimitJob): Promise<void> {
    this.#child.send(job);
    const events = { signal: AbortSignal.timeout(PATIENCE_MS) };
    const [reply] = (await once(this.#child, 'message', events)) as [LimitReply];
    if ('error' in reply) throw new BenchError(`the limit of billing: ${reply.error}`);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}
