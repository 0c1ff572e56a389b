import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateAuditEvents1795500000000 implements MigrationInterface {
  readonly name = 'CreateAuditEvents1795500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_event (
        id uuid PRIMARY KEY,
        occurred_at timestamptz NOT NULL,
        event text NOT NULL,
        actor text,
        subject text,
        outcome text NOT NULL CHECK (outcome IN ('success', 'failure')),
        reason text,
        request_id text,
        details jsonb NOT NULL
      )`);
    await runner.query('CREATE INDEX audit_event_occurred_at ON audit_event (occurred_at)');
    await runner.query('CREATE INDEX audit_event_subject ON audit_event (subject, occurred_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_event');
  }
}
