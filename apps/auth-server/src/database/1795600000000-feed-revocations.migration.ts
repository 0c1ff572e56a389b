import type { MigrationInterface, QueryRunner } from 'typeorm';

export class FeedRevocations1795600000000 implements MigrationInterface {
  readonly name = 'FeedRevocations1795600000000';

  async up(runner: QueryRunner): Promise<void> {
    // Null where a replica of an earlier version has revoked the token: it may have been for any audience.
    await runner.query('ALTER TABLE revoked_token ADD COLUMN audience text');
    // No foreign key: that a client was deleted is one of the things to remember.
    await runner.query(`
      CREATE TABLE client_revocation (
        client_id text PRIMARY KEY,
        revoked_at timestamptz NOT NULL,
        tokens_valid_from timestamptz
      )`);
    await runner.query(
      'CREATE INDEX client_revocation_revoked_at ON client_revocation (revoked_at)',
    );
    await runner.query(`
      CREATE FUNCTION note_client_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO client_revocation (client_id, revoked_at, tokens_valid_from)
        VALUES (OLD.client_id, clock_timestamp(), OLD.tokens_valid_from)
        ON CONFLICT (client_id) DO UPDATE
        SET revoked_at = excluded.revoked_at, tokens_valid_from = excluded.tokens_valid_from;
        RETURN NULL;
      END
      $$`);
    // Whoever takes the name of a client that is gone gets none of its tokens: none of this second, and none
    // that is dated ahead, up to its line.
    await runner.query(`
      CREATE FUNCTION succeed_client() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        former client_revocation;
      BEGIN
        SELECT * INTO former FROM client_revocation WHERE client_id = NEW.client_id;
        IF FOUND THEN
          NEW.tokens_valid_from = greatest(
            NEW.tokens_valid_from,
            former.tokens_valid_from + interval '1 s',
            date_trunc('second', clock_timestamp()) + interval '2 s');
        END IF;
        RETURN NEW;
      END
      $$`);
    // Triggers, so that no way to change a client can forget it.
    await runner.query(`
      CREATE TRIGGER client_revoke_deleted AFTER DELETE ON client
      FOR EACH ROW EXECUTE FUNCTION note_client_revocation()`);
    await runner.query(`
      CREATE TRIGGER client_succeed BEFORE INSERT ON client
      FOR EACH ROW EXECUTE FUNCTION succeed_client()`);
    await runner.query(`
      CREATE TRIGGER client_revoke_changed AFTER UPDATE ON client
      FOR EACH ROW
      WHEN (NEW.disabled > OLD.disabled OR NEW.tokens_valid_from IS DISTINCT FROM OLD.tokens_valid_from)
      EXECUTE FUNCTION note_client_revocation()`);
    // Tokens from before may still be alive.
    await runner.query(`
      INSERT INTO client_revocation (client_id, revoked_at)
      SELECT client_id, now() FROM client WHERE disabled OR tokens_valid_from IS NOT NULL
      UNION
      SELECT subject, now() FROM audit_event
      WHERE event = 'client.deleted' AND subject IS NOT NULL
        AND occurred_at > now() - interval '15 min'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER client_succeed ON client');
    await runner.query('DROP FUNCTION succeed_client');
    await runner.query('DROP TRIGGER client_revoke_changed ON client');
    await runner.query('DROP TRIGGER client_revoke_deleted ON client');
    await runner.query('DROP FUNCTION note_client_revocation');
    await runner.query('DROP TABLE client_revocation');
    await runner.query('ALTER TABLE revoked_token DROP COLUMN audience');
  }
}
