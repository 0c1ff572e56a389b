import { statfsSync } from 'node:fs';

const NOTHING_BYTES = 1024 * 1024;

/**
 * Whether the disk that holds `path` is full. For failures that could not even be logged for that
 * reason.
 */
export function isDiskFull(path: string): boolean {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize < NOTHING_BYTES;
}
