import { randomFillSync } from 'node:crypto';

/** The system is asked for so many bytes at once: each call of it costs more than all else that names a request. */
const pool = Buffer.alloc(4_096);
let used = pool.length;

/** Random bytes in hexadecimal, for identifiers. They were in memory before: not for secrets. */
export function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const start = used;
  used += bytes;
  return pool.toString('hex', start, used);
}
