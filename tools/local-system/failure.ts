import { dirname } from 'node:path';
import { isDiskFull } from './disk-space.ts';
import { LocalSystemError } from './local-system-error.ts';
import { lastLines } from './log-file.ts';

const SHOWN_LINES = 12;
const INDENTATION = '\n    ';

/** The failure of a process, explained by what it has logged since `offset`. */
export function processFailure(what: string, log: string, offset: number): LocalSystemError {
  const lines = lastLines(log, offset, SHOWN_LINES);
  const full = isDiskFull(dirname(log)) || lines.some((line) => line.includes('No space left'));
  if (full) return new LocalSystemError(`${what}: the disk is full`);
  return new LocalSystemError([what, ...lines].join(INDENTATION));
}
