/** Does the work for 0, 1, 2 … count - 1, so many at a time; the first failure ends it. */
export async function concurrently(
  count: number,
  atATime: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    try {
      while (next < count) await work(next++);
    } catch (error) {
      next = count;
      throw error;
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, atATime) }, worker));
}
