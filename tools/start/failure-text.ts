import { existsSync } from 'node:fs';
import { isDiskFull } from '../local-system/disk-space.ts';
import { explain } from '../local-system/index.ts';
import { CommandFailure } from '../workspace/quiet-command.ts';

/** What to tell of a failed start; undefined for a mistake in the program, which keeps its stack. */
export function failureText(error: unknown, dataDir: string): string | undefined {
  const text =
    error instanceof CommandFailure ? `the build has failed:\n${error.message}` : explain(error);
  if (text === undefined || text.includes('disk is full')) return text;
  // A full disk shows itself in many ways, some of them far from the disk.
  const isCause = existsSync(dataDir) && isDiskFull(dataDir);
  return isCause ? `${text}\n${dataDir}: the disk is full` : text;
}
