import pg from 'pg';
import type { LocalSystem } from '../../local-system/index.ts';
import type { NumberedClients } from '../load/workloads/token-requests.ts';

/** How the clients that are put in are called, and their secrets: a number follows. */
const CLIENT_ID = 'bulk-';
const CLIENT_SECRET = 'cs_of-a-benchmark-and-nothing-else-';

// As the registry keeps them: of a secret its SHA-256.
const STATEMENTS = [
  `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types)
   SELECT '${CLIENT_ID}' || n, 'Client ' || n, 'client_secret_basic', '{client_credentials}'
   FROM generate_series(1, $1::int) AS n`,
  `INSERT INTO client_secret (digest, client_id, hint)
   SELECT sha256(('${CLIENT_SECRET}' || n)::bytea), '${CLIENT_ID}' || n, right('000' || n, 4)
   FROM generate_series(1, $1::int) AS n`,
  `INSERT INTO client_scope (client_id, scope)
   SELECT '${CLIENT_ID}' || n, scope
   FROM generate_series(1, $1::int) AS n, unnest('{orders:read,orders:write}'::text[]) AS scope`,
];

/** Registers further clients, numbered from 1 on, straight in the auth-server's database. */
export async function insertClients(system: LocalSystem, count: number): Promise<void> {
  const url = new URL(system.postgresSuperuserUrl);
  url.pathname = new URL(system.databaseUrls['auth-server']).pathname;
  // At the same time, since a million take long, and in any order: the checks of what they refer to are left out,
  // and with them the triggers that tell the servers of each change. The server is started afterwards.
  const options = '-c session_replication_role=replica';
  const pool = new pg.Pool({ connectionString: url.href, ssl: false, options });
  try {
    await Promise.all(STATEMENTS.map((statement) => pool.query(statement, [count])));
    await pool.query('ANALYZE client, client_secret, client_scope');
  } finally {
    await pool.end();
  }
}

/** So many of them, asked for in turn. */
export function numberedClients(count: number): NumberedClients {
  const names = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };
  return { method: 'client_secret_basic, numbered', ...names, count };
}
