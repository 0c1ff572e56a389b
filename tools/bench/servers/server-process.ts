import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { findFreePort } from '../../local-system/ports.ts';
import { BenchError } from '../bench-error.ts';
import { pinProcess } from '../machine/cores.ts';

/** A server that is compared with: a program that is told its settings and says when it listens. */
export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  /**
   * @param program its path.
   * @param settings what it gets as JSON, besides its port.
   */
  static async start(
    program: string,
    settings: object,
    cores: readonly number[] | undefined,
    nodeFlags: readonly string[] = [],
  ): Promise<ServerProcess> {
    const port = await findFreePort();
    const args = [...nodeFlags, program, JSON.stringify({ ...settings, port })];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const server = new ServerProcess(child, port);
    await server.#untilListening(program);
    // Afterwards, as the apps are too: Node.js counts the processors when it starts.
    await pinProcess(server.pid, cores);
    return server;
  }

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    process.once('exit', this.#killAtExit);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(): Promise<void> {
    process.off('exit', this.#killAtExit);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  readonly #killAtExit = () => {
    this.#child.kill('SIGKILL');
  };

  async #untilListening(program: string): Promise<void> {
    let said = '';
    this.#child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      said = `${said}${chunk}`.slice(-2_000);
    });
    await Promise.race([once(this.#child, 'message'), once(this.#child, 'exit')]);
    if (this.#child.exitCode !== null) throw new BenchError(`${program} did not start:\n${said}`);
  }
}
