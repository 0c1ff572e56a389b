import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { AppName } from './apps.ts';
import type { Environment } from './app-environment.ts';
import type { DataDirectory } from './data-directory.ts';
import { processFailure } from './failure.ts';
import { explain } from './local-system-error.ts';
import { logSize, openLog } from './log-file.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { builtProgram, NODE_FLAGS } from './built-program.ts';

export interface OneShot {
  readonly app: AppName;
  /** A program of the app, and its arguments. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly environment: Environment;
  readonly stdin?: string;
}

/** Runs a program of an app to its end; what it prints goes to the app's log. */
export async function runOneShot(
  oneShot: OneShot,
  data: DataDirectory,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { app, program } = oneShot;
  const logged = logSize(data.log(app));
  const how = await runToEnd(oneShot, data, signal);
  signal?.throwIfAborted();
  if (how === undefined) return;
  throw processFailure(`${app}: ${program} failed (${how})`, data.log(app), logged);
}

/** How the program failed; undefined if it succeeded. */
function runToEnd(
  { app, program, args = [], environment, stdin }: OneShot,
  data: DataDirectory,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const log = openLog(data.log(app));
  try {
    const child = spawn(process.execPath, [...NODE_FLAGS, builtProgram(app, program), ...args], {
      cwd: WORKSPACE_ROOT,
      env: environment,
      detached: true,
      stdio: ['pipe', log, log],
      signal,
    });
    // A program that ends before it has read its input has said why in its log.
    child.stdin?.on('error', () => undefined).end(stdin);
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(explain(error) ?? error.message));
      child.once('exit', (code, killedBy) => {
        resolve(code === 0 ? undefined : killedBy ? `killed by ${killedBy}` : `exit code ${code}`);
      });
    });
  } finally {
    closeSync(log);
  }
}
