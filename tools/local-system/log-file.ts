import { closeSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const ROTATE_BYTES = 10 * 1024 * 1024;
const TAIL_BYTES = 256 * 1024;

/** Moves a log that has grown large aside, where it replaces the one moved aside before. */
export function rotateLog(path: string, limit = ROTATE_BYTES): void {
  if (logSize(path) > limit) renameSync(path, `${path}.1`);
}

/** Opens a log for a child process to append to. */
export function openLog(path: string): number {
  return openSync(path, 'a', 0o600);
}

/** How much has been written to a log so far; 0 if there is none yet. */
export function logSize(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last lines that were written to a log after `offset`. */
export function lastLines(path: string, offset: number, count: number): string[] {
  const size = logSize(path);
  const from = Math.max(offset, size - TAIL_BYTES);
  if (from >= size) return [];
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(size - from);
    const read = readSync(file, bytes, 0, bytes.length, from);
    const lines = bytes.toString('utf8', 0, read).split('\n');
    return lines.filter((line) => line.trim() !== '').slice(-count);
  } finally {
    closeSync(file);
  }
}
