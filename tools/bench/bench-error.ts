/** Why the benchmarks could not be run, or what they ran into, in words for a person. */
export class BenchError extends Error {}
