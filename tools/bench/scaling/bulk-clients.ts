import pg from 'pg';
import type { NumberedClients } from '../load/workloads/token-requests.ts';
import type { MeasuredSystem } from '../system/measured-system.ts';

/** How the clients that are put in are called, and their secrets: a number follows. */
const CLIENT_ID = 'bulk-';
const CLIENT_SECRET = 'cs_of-a-benchmark-and-nothing-else-';

// As the registry keeps them: of a secret its SHA-256. The triggers that tell the servers of each change are left
// out, and the server is started afterwards.
const STATEMENTS = [
  `SET session_replication_role = replica`,
  `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types)
   SELECT '${CLIENT_ID}' || n, 'Client ' || n, 'client_secret_basic', '{client_credentials}'
   FROM generate_series($1::int, $2::int) AS n`,
  `INSERT INTO client_secret (digest, client_id, hint)
   SELECT sha256(('${CLIENT_SECRET}' || n)::bytea), '${CLIENT_ID}' || n, right('000' || n, 4)
   FROM generate_series($1::int, $2::int) AS n`,
  `INSERT INTO client_scope (client_id, scope)
   SELECT '${CLIENT_ID}' || n, scope
   FROM generate_series($1::int, $2::int) AS n, unnest('{orders:read,orders:write}'::text[]) AS scope`,
  `ANALYZE client, client_secret, client_scope`,
] as const;

/** Registers further clients, numbered from one to another, straight in the auth-server's database. */
export async function insertClients(
  { system }: MeasuredSystem,
  from: number,
  to: number,
): Promise<void> {
  const url = new URL(system.postgresSuperuserUrl);
  url.pathname = new URL(system.databaseUrls['auth-server']).pathname;
  const client = new pg.Client({ connectionString: url.href, ssl: false });
  await client.connect();
  try {
    for (const statement of STATEMENTS) {
      await client.query(statement, statement.includes('$1') ? [from, to] : []);
    }
  } finally {
    await client.end();
  }
}

/** So many of them, asked for in turn. */
export function numberedClients(count: number): NumberedClients {
  return { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, count };
}
