import pg from 'pg';

/** A client of the embedded server, undisturbed by PGSSLMODE in the environment. */
export function superuserClient(url: string): pg.Client {
  const client = new pg.Client({
    connectionString: url,
    ssl: false,
    connectionTimeoutMillis: 5_000,
  });
  // A lost connection also fails the query at hand, which is where it is dealt with.
  client.on('error', () => undefined);
  return client;
}
