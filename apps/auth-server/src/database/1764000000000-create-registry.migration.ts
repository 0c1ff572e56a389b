import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateRegistry1764000000000 implements MigrationInterface {
  readonly name = 'CreateRegistry1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE resource_server (
        name text PRIMARY KEY,
        identifier text NOT NULL UNIQUE
      )`);
    await runner.query(`
      CREATE TABLE scope (
        name text PRIMARY KEY CHECK (name ~ '^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$'),
        resource_server text NOT NULL REFERENCES resource_server (name),
        description text NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE client (
        client_id text PRIMARY KEY,
        client_name text NOT NULL,
        token_endpoint_auth_method text NOT NULL
          CHECK (token_endpoint_auth_method IN ('client_secret_basic', 'client_secret_post')),
        grant_types text[] NOT NULL,
        disabled boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE client_scope (
        client_id text NOT NULL REFERENCES client (client_id) ON DELETE CASCADE,
        scope text NOT NULL REFERENCES scope (name),
        PRIMARY KEY (client_id, scope)
      )`);
    await runner.query(`
      CREATE TABLE client_secret (
        digest bytea PRIMARY KEY CHECK (length(digest) = 32),
        client_id text NOT NULL REFERENCES client (client_id) ON DELETE CASCADE,
        expires_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX client_secret_client_id ON client_secret (client_id)');
    await runner.query(`
      CREATE TABLE signing_key (
        kid text PRIMARY KEY,
        alg text NOT NULL,
        sealed_private_key bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE signing_key, client_secret, client_scope, client, scope, resource_server',
    );
  }
}
