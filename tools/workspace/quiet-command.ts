import { spawn } from 'node:child_process';
import { WORKSPACE_ROOT } from './root.ts';

const SHOWN_LINES = 60;

/** A command has failed; the message shows the end of what it printed. */
export class CommandFailure extends Error {}

export interface QuietCommand {
  /** A JavaScript file and its arguments, relative to the root of the workspace. */
  readonly script: readonly [file: string, ...args: string[]];
  readonly environment?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** Runs a JavaScript program on this Node.js and keeps back what it prints unless it fails. */
export async function runQuietly(command: QuietCommand): Promise<void> {
  const { script, environment, signal } = command;
  const child = spawn(process.execPath, script, {
    cwd: WORKSPACE_ROOT,
    env: { ...process.env, ...environment },
    // A group of its own, so that an interruption ends the program together with what it runs.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const endGroup = () => terminateGroup(child.pid);
  signal?.addEventListener('abort', endGroup);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  }
  const end = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', resolve);
  });
  signal?.removeEventListener('abort', endGroup);
  signal?.throwIfAborted();
  if (end !== 0) throw new CommandFailure(lastOf(output) || `${script.join(' ')}: ${String(end)}`);
}

function terminateGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}

function lastOf(output: string): string {
  return output
    .trimEnd()
    .split('\n')
    .slice(-SHOWN_LINES)
    .map((line) => `    ${line}`)
    .join('\n');
}
