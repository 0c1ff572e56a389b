import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { runMigrations } from './migrate.js';

class CreateThing1700000000000 implements MigrationInterface {
  readonly name = 'CreateThing1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE thing (id integer PRIMARY KEY)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE thing');
  }
}

class BreakHalfway1700000000001 implements MigrationInterface {
  readonly name = 'BreakHalfway1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE half (id integer)');
    await runner.query('SELECT nonsense');
  }

  async down(): Promise<void> {
    // Never applied, so there is nothing to take back.
  }
}

const migrations = [CreateThing1700000000000];

describe('runMigrations', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
  });

  afterEach(() => database.drop());

  it('applies what is missing, once', async () => {
    const definition = { entities: [], migrations, url: database.url };

    await expect(runMigrations(definition)).resolves.toEqual(['CreateThing1700000000000']);
    await expect(runMigrations(definition)).resolves.toEqual([]);
    await expect(tables()).resolves.toContain('thing');
  });

  it('lets one of several at once do the work while the others wait', async () => {
    const definition = { entities: [], migrations, url: database.url };

    const applied = await Promise.all(Array.from({ length: 5 }, () => runMigrations(definition)));

    expect(applied.flat()).toEqual(['CreateThing1700000000000']);
  });

  it('keeps what was whole and nothing of a migration that failed halfway', async () => {
    const definition = {
      entities: [],
      migrations: [...migrations, BreakHalfway1700000000001],
      url: database.url,
    };

    await expect(runMigrations(definition)).rejects.toThrow('nonsense');

    const names = await tables();
    expect(names).toContain('thing');
    expect(names).not.toContain('half');
  });

  it('lets the next one in after one that failed', async () => {
    const broken = { entities: [], migrations: [BreakHalfway1700000000001], url: database.url };
    await expect(runMigrations(broken)).rejects.toThrow();

    const definition = { entities: [], migrations, url: database.url };
    await expect(runMigrations(definition)).resolves.toHaveLength(1);
  });

  async function tables(): Promise<string[]> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      const { rows } = await client.query<{ tablename: string }>(
        `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`,
      );
      return rows.map(({ tablename }) => tablename);
    } finally {
      await client.end();
    }
  }
});
