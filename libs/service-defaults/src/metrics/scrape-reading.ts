/** Longer than a readiness check may take, and well below the ten seconds Prometheus waits for a scrape. */
const PATIENCE_MS = 3_000;

/**
 * Makes a read that several may ask for at once and that is carried out once for all of them, so that
 * neither many scrapes nor a read that hangs pile up.
 */
export function sharedReading<Value>(read: () => Value | Promise<Value>): () => Promise<Value> {
  let reading: Promise<Value> | undefined;
  return async () => {
    reading ??= Promise.resolve()
      .then(read)
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };
}

/** Makes a read that ends in time for a scrape: in undefined where it fails or takes too long. */
export function readForScrape<Value>(
  read: () => Value | Promise<Value>,
): () => Promise<Value | undefined> {
  const shared = sharedReading(read);
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    });
    try {
      return await Promise.race([shared().catch(() => undefined), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  };
}
