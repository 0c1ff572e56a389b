import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A client that is registered while the former of its name is still being deleted has to wait for that, or it would not
 * see what is on record about the former, and would be given the tokens of it.
 */
export class SucceedClientsBeingDeleted1795700000000 implements MigrationInterface {
  readonly name = 'SucceedClientsBeingDeleted1795700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      succeedClient('PERFORM FROM client WHERE client_id = NEW.client_id FOR KEY SHARE;'),
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(succeedClient(''));
  }
}

/** Whoever takes the name of a client that is gone gets none of its tokens, of this second or dated ahead. */
function succeedClient(before: string): string {
  return `
    CREATE OR REPLACE FUNCTION succeed_client() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      former client_revocation;
    BEGIN
      ${before}
      SELECT * INTO former FROM client_revocation WHERE client_id = NEW.client_id;
      IF FOUND THEN
        NEW.tokens_valid_from = greatest(
          NEW.tokens_valid_from,
          former.tokens_valid_from + interval '1 s',
          date_trunc('second', clock_timestamp()) + interval '2 s');
      END IF;
      RETURN NEW;
    END
    $$`;
}
