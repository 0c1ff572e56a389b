import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { system } from './system.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

export type OperatorProgram = 'clients' | 'resources' | 'keys' | 'billing';

/** How a command has ended, and what it has printed. */
export interface CommandRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs one of the operator's programs against the system under test, as its client `operator`. */
export function operate(
  program: OperatorProgram,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandRun> {
  const file = join(ROOT, 'tools', 'operator', program, 'main.ts');
  return runToEnd(process.execPath, [file, ...args, ...asOperator(program, args)], options);
}

/** The same by npm, as people do it. */
export function npmRun(
  program: OperatorProgram,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandRun> {
  return runToEnd('npm', ['run', program, '--', ...args, ...asOperator(program, args)], options);
}

/** The one document that a command prints with `--json`; it has to succeed. */
export async function document(
  program: OperatorProgram,
  args: readonly string[],
  options?: CommandOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const { code, stdout, stderr } = await operate(program, [...args, '--json'], options);
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** The problem that a command prints with `--json`; it has to fail with this exit code. */
export async function problem(
  exitCode: number,
  program: OperatorProgram,
  args: readonly string[],
  options?: CommandOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const { code, stdout, stderr } = await operate(program, [...args, '--json'], options);
  expect({ code, stderr }, stdout).toEqual({ code: exitCode, stderr: '' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** All but `billing`, which works in a database, go through the admin API. */
function asOperator(program: OperatorProgram, args: readonly string[]): string[] {
  if (program === 'billing' || args.includes('--credentials')) return [];
  return ['--credentials', join(system.credentialsDir, 'operator.json')];
}

async function runToEnd(
  command: string,
  args: readonly string[],
  { input = '', environment }: CommandOptions,
): Promise<CommandRun> {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      OAUTH_ISSUER: system.authServer,
      ...environment,
    },
  });
  child.stdin.on('error', () => undefined).end(input);
  const code = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}
