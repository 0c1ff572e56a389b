import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { ensureDatabases } from './databases.ts';

const superuserUrl = inject('postgresUrl');
const owners = [
  { name: 'tools_first', password: "first's" },
  { name: 'tools_second', password: 'second' },
];

async function query(owner: { name: string; password: string }, database: string, sql: string) {
  const url = new URL(superuserUrl);
  url.username = owner.name;
  url.password = owner.password;
  url.pathname = database;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

describe('ensureDatabases', () => {
  it('lets each owner into its own database only', async () => {
    await ensureDatabases(superuserUrl, owners);
    for (const owner of owners) {
      await query(owner, owner.name, 'CREATE TABLE IF NOT EXISTS mine (id int)');
      for (const other of ['postgres', 'template1', ...owners.map(({ name }) => name)]) {
        if (other === owner.name) continue;
        await expect(query(owner, other, 'SELECT 1')).rejects.toThrow('permission denied');
      }
    }
  });

  it('can be repeated, and puts a password right', async () => {
    const renewed = owners.map((owner) => ({ ...owner, password: 'renewed' }));
    await ensureDatabases(superuserUrl, owners);
    await ensureDatabases(superuserUrl, renewed);
    for (const owner of renewed) await query(owner, owner.name, 'SELECT 1');
  });
});
