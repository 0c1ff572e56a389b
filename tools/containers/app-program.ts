import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AppName } from '../local-system/apps.ts';
import { builtProgram } from '../local-system/built-program.ts';
import { LocalSystemError } from '../local-system/local-system-error.ts';

export interface AppProgram {
  readonly app: AppName;
  readonly program: string;
  readonly args?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Runs a program of an app to its end, in the container's own log. */
export async function runAppProgram(
  { app, program, args = [], environment, input }: AppProgram,
  signal: AbortSignal,
): Promise<void> {
  const child = spawn(process.execPath, [builtProgram(app, program), ...args], {
    env: environment,
    stdio: ['pipe', 'inherit', 'inherit'],
    signal,
  });
  child.stdin.on('error', () => undefined).end(input);
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new LocalSystemError(`${app}: ${program} ended with ${code ?? 'a signal'}`);
}
