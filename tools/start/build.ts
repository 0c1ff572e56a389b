import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { LocalSystemError } from '../local-system/index.ts';

const SHOWN_LINES = 40;

/** Builds the apps and the libs they use; Nx skips what has not changed. */
export async function buildApps(
  root: string,
  apps: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const nx = join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
  const args = [nx, 'run-many', '-t', 'build', '-p', apps.join(','), '--outputStyle=static'];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0' },
    // A group of its own, so that an interruption ends Nx together with the compilers it runs.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const endGroup = () => killGroup(child.pid);
  signal.addEventListener('abort', endGroup);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  }
  const code = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', resolve);
  });
  signal.removeEventListener('abort', endGroup);
  signal.throwIfAborted();
  if (code === 0) return;
  const lines = output.trimEnd().split('\n').slice(-SHOWN_LINES);
  throw new LocalSystemError(['the build failed:', ...lines].join('\n    '));
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGTERM');
  } catch {
    // It has ended by itself.
  }
}
