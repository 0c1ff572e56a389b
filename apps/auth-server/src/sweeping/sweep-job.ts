/** Something that piles up, and how the part of it is deleted that nobody needs any more. */
export interface SweepJob {
  /** As it is called in the metrics and in the log. */
  readonly name: string;
  /** @returns how many rows were deleted: the limit, where there may be more. */
  deleteBatch(limit: number): Promise<number>;
}
