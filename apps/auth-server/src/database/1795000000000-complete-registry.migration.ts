import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whoever writes one of these tables, the change is told to all replicas that listen. */
const NOTIFYING_TABLES = [
  { table: 'client', on: 'INSERT OR UPDATE OR DELETE', topic: 'client', key: 'client_id' },
  { table: 'client_scope', on: 'INSERT OR UPDATE OR DELETE', topic: 'client', key: 'client_id' },
  // The last use of a secret changes nothing that has to be known elsewhere.
  {
    table: 'client_secret',
    on: 'INSERT OR UPDATE OF expires_at OR DELETE',
    topic: 'client',
    key: 'client_id',
  },
  { table: 'scope', on: 'INSERT OR UPDATE OR DELETE', topic: 'registry', key: '' },
  { table: 'resource_server', on: 'INSERT OR UPDATE OR DELETE', topic: 'registry', key: '' },
  {
    table: 'resource_server_client',
    on: 'INSERT OR UPDATE OR DELETE',
    topic: 'client',
    key: 'client_id',
  },
] as const;

export class CompleteRegistry1795000000000 implements MigrationInterface {
  readonly name = 'CompleteRegistry1795000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE client
        DROP CONSTRAINT client_token_endpoint_auth_method_check,
        ADD CHECK (token_endpoint_auth_method IN
          ('client_secret_basic', 'client_secret_post', 'private_key_jwt')),
        ADD COLUMN jwks jsonb,
        ADD COLUMN jwks_uri text,
        ADD CHECK ((token_endpoint_auth_method = 'private_key_jwt') = (num_nonnulls(jwks, jwks_uri) = 1)),
        ADD COLUMN access_token_lifetime integer CHECK (access_token_lifetime > 0),
        ADD COLUMN tokens_valid_from timestamptz,
        ADD COLUMN registration_token_digest bytea UNIQUE CHECK (length(registration_token_digest) = 32),
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN created_by text NOT NULL DEFAULT 'provisioning',
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN updated_by text NOT NULL DEFAULT 'provisioning'`);
    await runner.query(`
      ALTER TABLE client_secret
        ADD COLUMN secret_id text NOT NULL UNIQUE DEFAULT gen_random_uuid(),
        ADD COLUMN hint text NOT NULL DEFAULT '',
        ADD COLUMN last_used_at timestamptz`);
    await runner.query(`
      ALTER TABLE resource_server
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN created_by text NOT NULL DEFAULT 'provisioning',
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN updated_by text NOT NULL DEFAULT 'provisioning'`);
    await runner.query(`
      CREATE TABLE resource_server_client (
        resource_server text NOT NULL REFERENCES resource_server (name) ON DELETE CASCADE,
        client_id text NOT NULL REFERENCES client (client_id) ON DELETE CASCADE,
        PRIMARY KEY (resource_server, client_id)
      )`);
    await runner.query(`
      CREATE FUNCTION notify_auth_change() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        changed jsonb;
      BEGIN
        IF TG_OP = 'DELETE' THEN
          changed := to_jsonb(OLD);
        ELSE
          changed := to_jsonb(NEW);
        END IF;
        PERFORM pg_notify('auth_changes', TG_ARGV[0] || ':' || coalesce(changed ->> TG_ARGV[1], ''));
        RETURN NULL;
      END
      $$`);
    for (const { table, on, topic, key } of NOTIFYING_TABLES) {
      await runner.query(`
        CREATE TRIGGER ${table}_notify AFTER ${on} ON ${table}
        FOR EACH ROW EXECUTE FUNCTION notify_auth_change('${topic}', '${key}')`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { table } of NOTIFYING_TABLES) {
      await runner.query(`DROP TRIGGER ${table}_notify ON ${table}`);
    }
    await runner.query('DROP FUNCTION notify_auth_change');
    await runner.query('DROP TABLE resource_server_client');
    await runner.query(`
      ALTER TABLE resource_server
        DROP COLUMN version, DROP COLUMN created_at, DROP COLUMN created_by,
        DROP COLUMN updated_at, DROP COLUMN updated_by`);
    await runner.query(`
      ALTER TABLE client_secret
        DROP COLUMN secret_id, DROP COLUMN hint, DROP COLUMN last_used_at`);
    await runner.query(`DELETE FROM client WHERE token_endpoint_auth_method = 'private_key_jwt'`);
    await runner.query(`
      ALTER TABLE client
        DROP COLUMN jwks, DROP COLUMN jwks_uri, DROP COLUMN access_token_lifetime,
        DROP COLUMN tokens_valid_from, DROP COLUMN registration_token_digest, DROP COLUMN version,
        DROP COLUMN created_by, DROP COLUMN updated_at, DROP COLUMN updated_by,
        DROP CONSTRAINT client_token_endpoint_auth_method_check,
        ADD CHECK (token_endpoint_auth_method IN ('client_secret_basic', 'client_secret_post'))`);
  }
}
