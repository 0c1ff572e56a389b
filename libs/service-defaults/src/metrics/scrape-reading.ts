/** Longer than a readiness check may take, and well below the ten seconds Prometheus waits for a scrape. */
const PATIENCE_MS = 3_000;

/** Nothing to who scrapes every few seconds, and the end of it for who asks in a loop. */
const FRESH_MS = 1_000;

/**
 * Makes a read that is carried out once for all who ask while it runs, and for a second after it has
 * ended, well or not: neither many scrapes nor a read that hangs pile up, and nobody can keep a database
 * busy by asking again and again.
 *
 * @param now milliseconds of a clock that never goes back.
 */
export function sharedReading<Value>(
  read: () => Value | Promise<Value>,
  now: () => number,
): () => Promise<Value> {
  let reading: Promise<Value> | undefined;
  let freshUntil = 0;
  return async () => {
    if (reading === undefined || now() >= freshUntil) {
      freshUntil = Number.POSITIVE_INFINITY;
      reading = Promise.resolve()
        .then(read)
        .finally(() => {
          freshUntil = now() + FRESH_MS;
        });
    }
    return reading;
  };
}

/**
 * Makes a shared read that ends in time for a scrape: in undefined where it fails or takes too long.
 *
 * @param now milliseconds of a clock that never goes back.
 */
export function readForScrape<Value>(
  read: () => Value | Promise<Value>,
  now: () => number,
): () => Promise<Value | undefined> {
  const shared = sharedReading(read, now);
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
