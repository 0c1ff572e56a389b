import type pg from 'pg';
import { superuserClient } from './superuser-client.ts';

export interface DatabaseOwner {
  /** Of the role and of its database. */
  readonly name: string;
  readonly password: string;
}

/**
 * Gives each owner a role and a database of its own, which no other role can connect to. Repeating
 * it changes nothing but passwords that differ.
 */
export async function ensureDatabases(
  superuserUrl: string,
  owners: readonly DatabaseOwner[],
): Promise<void> {
  const client = superuserClient(superuserUrl);
  await client.connect();
  try {
    // The log would otherwise quote a failing statement, password and all.
    await client.query("SET log_min_error_statement = 'panic'");
    for (const owner of owners) await ensureDatabase(client, owner);
    await client.query('REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC');
  } finally {
    await client.end();
  }
}

async function ensureDatabase(client: pg.Client, owner: DatabaseOwner): Promise<void> {
  const name = client.escapeIdentifier(owner.name);
  const password = client.escapeLiteral(owner.password);
  if (!(await exists(client, 'SELECT 1 FROM pg_roles WHERE rolname = $1', owner.name))) {
    await client.query(`CREATE ROLE ${name} LOGIN`);
  }
  await client.query(`ALTER ROLE ${name} PASSWORD ${password}`);
  if (!(await exists(client, 'SELECT 1 FROM pg_database WHERE datname = $1', owner.name))) {
    await client.query(`CREATE DATABASE ${name} OWNER ${name}`);
  }
  await client.query(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
}

async function exists(client: pg.Client, query: string, name: string): Promise<boolean> {
  const { rowCount } = await client.query(query, [name]);
  return rowCount === 1;
}
