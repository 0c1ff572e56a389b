import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { local, runsAsProcesses } from './system.js';

export type AppName = 'auth-server' | 'orders-api' | 'billing-worker';
export type Environment = Readonly<Record<string, string>>;

/** A program of an app, run as a process besides those of the system. */
export class AppProcess {
  #output = '';
  readonly #child: ChildProcess;
  /** Resolves with the exit code once the process has ended and all it has said was read. */
  readonly exit: Promise<number | null>;

  constructor(
    app: AppName,
    program: string,
    environment: Environment,
    args: readonly string[] = [],
  ) {
    const file = fileURLToPath(new URL(`../../../${app}/dist/${program}`, import.meta.url));
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, [file, ...args], {
      env: { PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    const endWithUs = () => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => this.#keep(app, text));
    }
    this.exit = new Promise((resolve) => {
      child.once('close', (code) => {
        process.off('exit', endWithUs);
        resolve(code);
      });
    });
  }

  /** All that it has printed so far. */
  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Stops it the way an operator does and returns its exit code. */
  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return this.exit;
  }

  // Beside the logs of the system, so that the search for secrets in logs finds it.
  #keep(app: AppName, text: string): void {
    this.#output += text;
    if (runsAsProcesses) appendFileSync(join(local().dataDir, 'logs', `besides-${app}.log`), text);
  }
}

/** How long a process may take to start, or to find out that it cannot. */
const PATIENCE_MS = 60_000;

const PORT_VARIABLE = {
  'auth-server': 'AUTH_SERVER_PORT',
  'orders-api': 'ORDERS_API_PORT',
  'billing-worker': 'BILLING_WORKER_PORT',
} as const;

export interface RunningApp {
  readonly url: string;
  readonly process: AppProcess;
}

export interface StartOptions {
  readonly port?: number;
  /** The path it has to answer to count as started, and how. */
  readonly until?: string;
  readonly status?: number;
}

/** Starts one more process of an app and waits until it answers. */
export async function startApp(
  app: AppName,
  environment: Environment,
  { port, until = '/health/live', status = 200 }: StartOptions = {},
): Promise<RunningApp> {
  const ownPort = port ?? (await freePort());
  const process = new AppProcess(app, 'main.js', {
    [PORT_VARIABLE[app]]: String(ownPort),
    ...environment,
  });
  const url = `http://localhost:${ownPort}`;
  try {
    await vi.waitUntil(async () => process.hasEnded || (await answers(`${url}${until}`, status)), {
      timeout: PATIENCE_MS,
      interval: 50,
    });
  } catch (error) {
    process.signal('SIGKILL');
    throw new Error(`${app} did not start: ${process.output}`, { cause: error });
  }
  if (process.hasEnded) throw new Error(`${app} ended at once: ${process.output}`);
  return { url, process };
}

/** Runs a program of an app to its end; one that does not end is killed and has no exit code. */
export async function runToEnd(
  app: AppName,
  program: string,
  environment: Environment,
  args: readonly string[] = [],
): Promise<{ readonly code: number | null; readonly output: string }> {
  const process = new AppProcess(app, program, environment, args);
  const patience = setTimeout(() => process.signal('SIGKILL'), PATIENCE_MS);
  const code = await process.exit;
  clearTimeout(patience);
  return { code, output: process.output };
}

export async function answers(url: string, status = 200): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
    await response.body?.cancel();
    return response.status === status;
  } catch {
    return false;
  }
}

// Below what systems hand out for outgoing connections, of which tests make many.
const PORTS = { from: 10_000, to: 20_000 };

/** Those that were found: what is to listen on one may not have been started yet. */
const found = new Set<number>();

/** A port of localhost that nothing listens on, and another one each time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (found.has(port)) continue;
    found.add(port);
    if ((await canListen(port, '127.0.0.1')) && (await canListen(port, '::1'))) return port;
  }
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code !== 'EADDRINUSE'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
