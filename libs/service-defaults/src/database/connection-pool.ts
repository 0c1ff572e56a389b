import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';

/** The connections behind a DataSource. */
export function poolOf({ driver }: DataSource): Pool {
  // TypeORM leaves the type of its pool open.
  return (driver as unknown as { readonly master: Pool }).master;
}

/**
 * Ends each connection that comes back while its transaction is open or its last statement unanswered.
 *
 * A statement the client gives up on (`query_timeout`) goes on in the server, and the ROLLBACK that waits
 * behind it is given up on unsent. TypeORM releases such a connection as a good one, and whoever is next
 * would work in a stranger's transaction and commit what that has left behind.
 */
export function endUnsettledConnections(pool: Pool): void {
  // The pool tells of a release before it looks whether the connection is good for another use.
  pool.on('release', (_error, client) => {
    if (!isSettled(client)) void client.end();
  });
}

/** What pg itself goes by when it ends a client; a statement that was refused is no longer there. */
interface Occupied {
  readonly _activeQuery?: unknown;
}

// The status is that of the last answer: it knows nothing of a START TRANSACTION that has none yet.
function isSettled(client: PoolClient & Occupied): boolean {
  return !client._activeQuery && client.getTransactionStatus() === 'I';
}
