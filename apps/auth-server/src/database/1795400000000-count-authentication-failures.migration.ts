import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CountAuthenticationFailures1795400000000 implements MigrationInterface {
  readonly name = 'CountAuthenticationFailures1795400000000';

  async up(runner: QueryRunner): Promise<void> {
    // The columns are those of rate-limiter-flexible. Unlogged: a crash may forget who failed a minute ago.
    await runner.query(`
      CREATE UNLOGGED TABLE client_authentication_failure (
        key text PRIMARY KEY,
        points integer NOT NULL,
        expire bigint NOT NULL
      )`);
    await runner.query(
      'CREATE INDEX client_authentication_failure_expire ON client_authentication_failure (expire)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE client_authentication_failure');
  }
}
