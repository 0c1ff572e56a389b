import { execFile, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const run = promisify(execFile);
const MINUTE_MS = 60_000;
const PATIENCE_MS = 10_000;

/** How packages are reached from here. Without them npm asks in vain for a minute before it takes what it has. */
const NETWORK = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(HTTPS?|NO)_PROXY)$/i;

export type Environment = Readonly<Record<string, string>>;

export interface RunOptions {
  readonly timeoutMs?: number | undefined;
  readonly environment?: Environment | undefined;
}

/** Commands that somebody runs in a copy of the repository which is a repository of its own. */
export class CommandsInCopy {
  constructor(private readonly directory: string) {}

  /** What git prints. */
  async git(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('git', ['-C', this.directory, ...args]);
    return stdout.trimEnd();
  }

  async commit(message: string): Promise<void> {
    await this.git('add', '--all');
    const author = ['-c', 'user.name=A team', '-c', 'user.email=team@zeta.example'];
    await this.git(...author, 'commit', '--quiet', '--no-verify', '--message', message);
  }

  /** The files with a line that the expression fits. */
  async grep(...expression: readonly string[]): Promise<string[]> {
    return (await this.git('grep', '-l', '-E', ...expression)).split('\n');
  }

  /** Runs npm to its end. If it takes too long it is ended with all that it has started. */
  async npm(
    args: readonly string[],
    { timeoutMs = MINUTE_MS, environment }: RunOptions = {},
  ): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
    const { PATH, HOME } = process.env;
    const network = Object.entries(process.env).filter(([name]) => NETWORK.test(name));
    const child = spawn('npm', args, {
      cwd: this.directory,
      env: { PATH, HOME, ...Object.fromEntries(network), NX_DAEMON: 'false', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own.
      detached: true,
    });
    const end = (signal: NodeJS.Signals) => child.pid && process.kill(-child.pid, signal);
    const timers = [
      setTimeout(() => end('SIGTERM'), timeoutMs),
      setTimeout(() => end('SIGKILL'), timeoutMs + PATIENCE_MS),
    ];
    const code = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    try {
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      return { code: await code, stdout, stderr };
    } finally {
      timers.forEach(clearTimeout);
    }
  }
}
