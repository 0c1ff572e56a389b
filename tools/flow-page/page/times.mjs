/**
 * A time as people read it, in as many digits as matter.
 *
 * @param {number} duration in milliseconds
 */
export function milliseconds(duration) {
  if (duration >= 1_000) return `${(duration / 1_000).toFixed(1)} s`;
  return `${duration.toFixed(duration < 10 ? 1 : 0)} ms`;
}

/**
 * The local time of day.
 *
 * @param {number} at milliseconds since the epoch
 */
export function clock(at) {
  return new Date(at).toTimeString().slice(0, 8);
}
