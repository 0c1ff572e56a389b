import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Each with what is forgotten when it is emptied, for which no row of it is named. */
const NOTIFYING_TABLES = [
  { table: 'client', topic: 'registry' },
  { table: 'client_scope', topic: 'registry' },
  { table: 'client_secret', topic: 'registry' },
  { table: 'scope', topic: 'registry' },
  { table: 'resource_server', topic: 'registry' },
  { table: 'resource_server_client', topic: 'registry' },
  { table: 'signing_key', topic: 'signing_key' },
] as const;

/**
 * Statements that no app makes, and people do: to put another secret in the place of one, to move something from
 * one client to another, which changes both, to empty a table.
 */
export class NotifyOfChangesByHand1795800000000 implements MigrationInterface {
  readonly name = 'NotifyOfChangesByHand1795800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      notifyAuthChange(`
        IF TG_OP = 'UPDATE' AND to_jsonb(OLD) ->> TG_ARGV[1] <> changed ->> TG_ARGV[1] THEN
          PERFORM pg_notify('auth_changes', TG_ARGV[0] || ':' || (to_jsonb(OLD) ->> TG_ARGV[1]));
        END IF;`),
    );
    // The last use of a secret still changes nothing that has to be known elsewhere.
    await notifyOfSecrets(runner, 'digest, client_id, expires_at');
    for (const { table, topic } of NOTIFYING_TABLES) {
      await runner.query(`
        CREATE TRIGGER ${table}_notify_emptied AFTER TRUNCATE ON ${table}
        FOR EACH STATEMENT EXECUTE FUNCTION notify_auth_change('${topic}', '')`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const { table } of NOTIFYING_TABLES) {
      await runner.query(`DROP TRIGGER ${table}_notify_emptied ON ${table}`);
    }
    await notifyOfSecrets(runner, 'expires_at');
    await runner.query(notifyAuthChange(''));
  }
}

function notifyAuthChange(ofOld: string): string {
  return `
    CREATE OR REPLACE FUNCTION notify_auth_change() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      changed jsonb;
    BEGIN
      IF TG_OP = 'DELETE' THEN
        changed := to_jsonb(OLD);
      ELSE
        changed := to_jsonb(NEW);
      END IF;
      PERFORM pg_notify('auth_changes', TG_ARGV[0] || ':' || coalesce(changed ->> TG_ARGV[1], ''));
      ${ofOld}
      RETURN NULL;
    END
    $$`;
}

async function notifyOfSecrets(runner: QueryRunner, columns: string): Promise<void> {
  await runner.query('DROP TRIGGER client_secret_notify ON client_secret');
  await runner.query(`
    CREATE TRIGGER client_secret_notify
    AFTER INSERT OR UPDATE OF ${columns} OR DELETE ON client_secret
    FOR EACH ROW EXECUTE FUNCTION notify_auth_change('client', 'client_id')`);
}
