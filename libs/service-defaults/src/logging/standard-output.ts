import { writeSync } from 'node:fs';
import type { DestinationStream } from 'pino';

const STDOUT = 1;
/** How long to wait for whoever reads a full pipe. */
const PAUSE_MS = 10;
const pause = new Int32Array(new SharedArrayBuffer(4));

/**
 * Standard output as a log needs it: a line is with the system when `write` returns, whatever then happens to
 * this process. pino's own destination does the same, and copies each line once more in a way that keeps the
 * copies in memory for long (see decision record 0032).
 */
export const standardOutput: DestinationStream = {
  write(line: string): void {
    const written = writeSome(line);
    if (written < Buffer.byteLength(line)) writeRest(Buffer.from(line).subarray(written));
  },
};

// A pipe may take a part only.
function writeRest(bytes: Buffer): void {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(writeSome(rest));
}

/** Writes what fits, and says how many bytes that were. */
function writeSome(data: string | Buffer): number {
  try {
    return typeof data === 'string' ? writeSync(STDOUT, data) : writeSync(STDOUT, data);
  } catch (error) {
    if (isCalled(error, 'EAGAIN')) {
      Atomics.wait(pause, 0, 0, PAUSE_MS);
      return 0;
    }
    // Nobody reads any more, or the disk is full. A service goes on without its log rather than not at all.
    return Buffer.byteLength(data);
  }
}

function isCalled(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
