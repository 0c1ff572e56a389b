import { describe, expect, it } from 'vitest';
import { summaryOf, withoutLiterals } from './sql-text.js';

describe('the summary of a query', () => {
  it.each([
    ['SELECT "o"."id" FROM "customer_order" "o" WHERE "o"."id" = $1', 'SELECT customer_order'],
    ['  select * from orders.invoice', 'SELECT orders.invoice'],
    ['INSERT INTO "invoice"("id") VALUES ($1) ON CONFLICT DO NOTHING', 'INSERT invoice'],
    [
      'INSERT INTO last_run (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET id = 1',
      'INSERT last_run',
    ],
    ['UPDATE "invoice" SET "status" = $1', 'UPDATE invoice'],
    ['SELECT 1 FROM a JOIN b ON a.id = b.id JOIN a x ON true', 'SELECT a b'],
    ['START TRANSACTION', 'START'],
    ['', 'QUERY'],
  ])('of %j is %j', (sql, summary) => {
    expect(summaryOf(sql)).toBe(summary);
  });

  it('is cut where it gets longer than anybody would read', () => {
    const sql = Array.from({ length: 100 }, (_, index) => `FROM table_${index}`).join(' ');

    expect(summaryOf(`SELECT ${sql}`)).toHaveLength(255);
  });
});

describe('the text of a query', () => {
  it.each([
    ["SELECT * FROM t WHERE a = 'it''s' AND b = $1", 'SELECT * FROM t WHERE a = ? AND b = $1'],
    ["SELECT 'a',\n  'b'", 'SELECT ?, ?'],
    ["COMMENT ON TABLE t IS E'a\\'b'", 'COMMENT ON TABLE t IS E?'],
    ["SELECT 'it ends here", 'SELECT ?'],
    ['SELECT * FROM t WHERE a = 1234567', 'SELECT * FROM t WHERE a = ?'],
    ['SELECT "t1"."a2" FROM t1 LIMIT 100', 'SELECT "t1"."a2" FROM t1 LIMIT ?'],
  ])('%j is told as %j', (sql, text) => {
    expect(withoutLiterals(sql)).toBe(text);
  });
});
