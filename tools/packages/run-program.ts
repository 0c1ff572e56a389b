import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 240_000;

/**
 * Runs a program in a folder, to its end.
 *
 * @param environment what it finds there besides that of this process.
 * @returns what it has printed to stdout.
 * @throws Error with all that it has printed, if it fails.
 */
export async function runProgram(
  folder: string,
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  try {
    const env = { ...process.env, ...environment };
    const options = { cwd: folder, env, timeout: TIMEOUT_MS };
    return (await promisify(execFile)(program, args, options)).stdout;
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error)) throw error;
    // The message has what the program has said on stderr; compilers complain on stdout.
    throw new Error(`${error.message}\n${String(error.stdout)}`, { cause: error });
  }
}
