/** However long a server asks to be left alone, a client looks again after this time. */
const LONGEST_WAIT_MS = 5 * 60_000;

/**
 * Reads a `Retry-After` header, in seconds or as a date (RFC 9110 10.2.3).
 *
 * @param now milliseconds since the epoch.
 * @returns milliseconds to wait, or undefined if there is no such header or it cannot be read.
 */
export function retryAfterMs(header: unknown, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const wait = /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), LONGEST_WAIT_MS);
}
