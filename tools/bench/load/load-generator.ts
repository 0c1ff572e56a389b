import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../../workspace/root.ts';
import { BenchError } from '../bench-error.ts';
import { pinned } from '../machine/cores.ts';
import type { LoadJob, LoadReply, LoadResult } from './load-job.ts';

const PROGRAM = join(WORKSPACE_ROOT, 'tools/bench/load/generator.main.ts');

/** The process that puts load on servers. */
export class LoadGenerator {
  readonly #child: ChildProcess;

  constructor(cores: readonly number[] | undefined) {
    const [command, ...args] = pinned(cores, [process.execPath, '--no-warnings', PROGRAM]);
    this.#child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  }

  /** Puts one load on. Fails at the first answer that is not what was asked for: nothing else counts. */
  async run(job: LoadJob): Promise<LoadResult> {
    const done = new AbortController();
    const { signal } = done;
    const ended = once(this.#child, 'exit', { signal }).then(() => ({
      error: 'the load generator has ended',
    }));
    const answered = once(this.#child, 'message', { signal }).then(([reply]) => reply as LoadReply);
    // Whichever comes second is given up.
    for (const event of [ended, answered]) event.catch(() => undefined);
    this.#child.send(job);
    const reply = await Promise.race<LoadReply>([answered, ended]);
    done.abort();
    if ('error' in reply) throw new BenchError(reply.error);
    return reply.result;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill();
    await once(this.#child, 'exit');
  }
}
