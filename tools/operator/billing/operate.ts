import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { builtProgram } from '../../local-system/built-program.ts';
import { DataDirectory } from '../../local-system/data-directory.ts';
import { WORKSPACE_ROOT } from '../../workspace/root.ts';
import type { ExitCode } from '../command-line/exit-code.ts';
import { OperatorFailure } from '../command-line/operator-failure.ts';
import type { Problem } from '../command-line/operator-failure.ts';

/**
 * Runs the worker's own program for operators, which works in the billing database: the one that the environment
 * names, or else the one of `npm start`.
 *
 * @returns the document that it prints.
 */
export async function operate(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<unknown> {
  const program = builtProgram('billing-worker', 'operate.js');
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...ofLocalSystem(environment), ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  const output = await text(child.stdout);
  const code = await exit;
  if (output === '') throw new Error(`the program of the billing-worker ended with ${code}`);
  const document: unknown = JSON.parse(output);
  if (code !== 0) throw new OperatorFailure(code as ExitCode, document as Problem);
  return document;
}

function ofLocalSystem(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (environment['BILLING_DATABASE_URL'] ?? environment['BILLING_DATABASE_URL_FILE']) return {};
  const data = new DataDirectory(resolve(WORKSPACE_ROOT, environment['M2M_DATA_DIR'] || '.data'));
  return { BILLING_DATABASE_URL_FILE: data.databaseUrl('billing-worker') };
}
