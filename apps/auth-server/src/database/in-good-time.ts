import { DatabaseUnavailableError } from '@m2m/service-defaults';

/** How long whoever waits for a token is kept waiting for the database. */
const PATIENCE_MS = 1_000;

/**
 * Waits for a statement that an OAuth endpoint cannot answer without, for a second at most: a database that
 * hangs is as good as none. The statement itself is not called back.
 *
 * @throws DatabaseUnavailableError
 */
export async function inGoodTime<T>(statement: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    const giveUp = () => reject(new DatabaseUnavailableError());
    // Timers come before sockets: where this process itself was held up, the answer may be there already.
    timer = setTimeout(() => setImmediate(giveUp), PATIENCE_MS);
  });
  try {
    return await Promise.race([statement, patience]);
  } finally {
    clearTimeout(timer);
  }
}
