import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateRevokedTokens1795300000000 implements MigrationInterface {
  readonly name = 'CreateRevokedTokens1795300000000';

  async up(runner: QueryRunner): Promise<void> {
    // A revocation outlives its client: a later one of the same name is not given its tokens.
    await runner.query(`
      CREATE TABLE revoked_token (
        jti text PRIMARY KEY,
        client_id text NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX revoked_token_expires_at ON revoked_token (expires_at)');
    await runner.query(`
      ALTER TABLE client
        ADD CONSTRAINT client_tokens_valid_from_whole_second
        CHECK (tokens_valid_from = date_trunc('second', tokens_valid_from))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE client DROP CONSTRAINT client_tokens_valid_from_whole_second');
    await runner.query('DROP TABLE revoked_token');
  }
}
