import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RefuseReplayedAssertions1795200000000 implements MigrationInterface {
  readonly name = 'RefuseReplayedAssertions1795200000000';

  async up(runner: QueryRunner): Promise<void> {
    // No foreign key: it would lock the client's row at each use, and rows go by themselves within minutes.
    await runner.query(`
      CREATE TABLE used_assertion (
        client_id text NOT NULL,
        jti_digest bytea NOT NULL CHECK (length(jti_digest) = 32),
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (client_id, jti_digest)
      )`);
    await runner.query('CREATE INDEX used_assertion_expires_at ON used_assertion (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE used_assertion');
  }
}
