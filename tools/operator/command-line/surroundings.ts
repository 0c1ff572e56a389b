import type { Readable } from 'node:stream';
import { resolve } from 'node:path';
import type { OutputStream } from '../../console/step-reporter.mjs';

/** What a command finds around it. */
export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

/** Whether somebody sits there who can be asked. */
export function isInteractive({ stdin, stderr }: Surroundings): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** A file as its user means it: npm runs scripts in the root of the workspace, wherever it was called. */
export function resolveFile(file: string, { environment }: Surroundings): string {
  return resolve(environment['INIT_CWD'] ?? '.', file);
}
