/** The middle value; of an even number of values the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** The value that a fraction of all values does not exceed, by the nearest rank. NaN of none. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil(fraction * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/**
 * How far the rounds lie apart: half of the distance between their quartiles, as a fraction of the median. It is the
 * noise of the machine: two medians that differ by less are not told apart.
 */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  const between = percentile(values, 0.75) - percentile(values, 0.25);
  return middle === 0 ? 0 : between / 2 / Math.abs(middle);
}

/** Round by round, one by the other: what slows a whole round down falls out. */
export function quotients(values: readonly number[], by: readonly number[]): number[] {
  return values.flatMap((value, round) => {
    const divisor = by[round];
    return divisor === undefined ? [] : [value / divisor];
  });
}
