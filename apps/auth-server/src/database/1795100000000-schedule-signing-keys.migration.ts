import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ScheduleSigningKeys1795100000000 implements MigrationInterface {
  readonly name = 'ScheduleSigningKeys1795100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE signing_key
        ALTER COLUMN sealed_private_key DROP NOT NULL,
        ADD COLUMN kek_id text,
        ADD COLUMN activates_at timestamptz,
        ADD COLUMN withdrawn_at timestamptz`);
    // Until now each key was signed by from its creation on.
    await runner.query('UPDATE signing_key SET activates_at = created_at');
    await runner.query('ALTER TABLE signing_key ALTER COLUMN activates_at SET NOT NULL');
    await runner.query(`
      CREATE TRIGGER signing_key_notify AFTER INSERT OR UPDATE OR DELETE ON signing_key
      FOR EACH ROW EXECUTE FUNCTION notify_auth_change('signing_key', 'kid')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER signing_key_notify ON signing_key');
    // Without these columns an announced or withdrawn key would be signed by.
    await runner.query(`
      DELETE FROM signing_key
      WHERE sealed_private_key IS NULL OR withdrawn_at IS NOT NULL OR activates_at > now()`);
    await runner.query(`
      ALTER TABLE signing_key
        ALTER COLUMN sealed_private_key SET NOT NULL,
        DROP COLUMN kek_id, DROP COLUMN activates_at, DROP COLUMN withdrawn_at`);
  }
}
