import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { freePort } from './processes.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const PATIENCE_MS = 300_000;

/** `npm start` with data and ports of its own, as somebody would run it in a terminal. */
export class StartCommand {
  #output = '';
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  readonly #dataDir: string;

  private constructor(dataDir: string, environment: Readonly<Record<string, string>>) {
    this.#dataDir = dataDir;
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, ['tools/start/main.ts'], {
      cwd: ROOT,
      env: { PATH, HOME, M2M_DATA_DIR: dataDir, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
    this.#exit = new Promise((resolve) => child.once('close', resolve));
  }

  /** Starts it and returns once it has shown where everything is. */
  static async run(environment: Readonly<Record<string, string>>): Promise<StartCommand> {
    const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'm2m-start-')));
    const command = new StartCommand(dataDir, {
      AUTH_SERVER_PORT: String(await freePort()),
      ORDERS_API_PORT: String(await freePort()),
      BILLING_WORKER_PORT: String(await freePort()),
      FLOW_PAGE_PORT: String(await freePort()),
      ...environment,
    });
    try {
      await command.printed(/Ctrl-C stops/);
      return command;
    } catch (error) {
      await command.stop();
      throw new Error(`npm start: ${command.#output}`, { cause: error });
    }
  }

  /** What a pattern finds in all that it prints, by its first group; waits until there is something. */
  async printed(pattern: RegExp): Promise<string> {
    const find = () => {
      if (this.#child.exitCode !== null) throw new Error(`it has ended: ${this.#output}`);
      return pattern.exec(this.#output)?.slice(0, 2);
    };
    const found = await vi.waitUntil(find, { timeout: PATIENCE_MS, interval: 100 });
    return found.at(-1) ?? '';
  }

  /** A secret as it is kept for the apps, by the name of its file. */
  async secret(name: string): Promise<string> {
    return (await readFile(this.#secretFile(name), 'utf8')).trim();
  }

  async replaceSecret(name: string, secret: string): Promise<void> {
    await writeFile(this.#secretFile(name), `${secret}\n`);
  }

  /** Kills an app, which is then started again. */
  async kill(app: string): Promise<void> {
    const pid = Number(await readFile(join(this.#dataDir, 'run', `${app}.pid`), 'utf8'));
    process.kill(pid, 'SIGKILL');
  }

  /** Stops it the way that Ctrl-C does, and takes its data away. Returns its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGINT');
    const code = await this.#exit;
    await rm(this.#dataDir, { recursive: true, force: true });
    return code;
  }

  #secretFile(name: string): string {
    return join(this.#dataDir, 'secrets', name);
  }
}
