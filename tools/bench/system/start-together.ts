interface Removable {
  remove(): Promise<void>;
}

/** Waits for all of them; if one does not start, removes the others and fails as it did. */
export async function startTogether<const T extends readonly Promise<Removable>[]>(
  starting: T,
): Promise<{ readonly [K in keyof T]: Awaited<T[K]> }> {
  const all = await Promise.allSettled(starting);
  const running = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (running.length < all.length) await Promise.all(running.map((one) => one.remove()));
  return Promise.all(starting);
}
