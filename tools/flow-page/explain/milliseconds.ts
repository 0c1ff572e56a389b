/** A time as people read it, in as many digits as matter. */
export function milliseconds(duration: number): string {
  if (duration >= 1_000) return `${(duration / 1_000).toFixed(1)} s`;
  return `${duration.toFixed(duration < 10 ? 1 : 0)} ms`;
}

/** For how long all of them took together, in milliseconds. */
export function durationOf(
  spans: readonly { readonly startMs: number; readonly endMs: number }[],
): number {
  return spans.reduce((sum, { startMs, endMs }) => sum + (endMs - startMs), 0);
}
