import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { describeQuery } from './sql-text.js';

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
    ["INSERT INTO t VALUES ('a letter from hunter2')", 'INSERT t'],
    ['/* hunter2 */ SELECT * FROM t -- join hunter2', 'SELECT t'],
  ])('of %j is %j', (sql, summary) => {
    expect(describeQuery(sql).summary).toBe(summary);
  });

  it('begins with the operation', () => {
    expect(describeQuery('update "invoice" SET "status" = $1').operation).toBe('UPDATE');
  });

  it('is cut where it gets longer than anybody would read', () => {
    const sql = Array.from({ length: 100 }, (_, index) => `FROM table_${index}`).join(' ');

    expect(describeQuery(`SELECT ${sql}`).summary).toHaveLength(255);
  });
});

describe('the text of a query', () => {
  const textOf = (sql: string) => describeQuery(sql).text;

  it.each([
    // Texts.
    ["SELECT * FROM t WHERE a = 'it''s' AND b = $1", 'SELECT * FROM t WHERE a = ? AND b = $1'],
    ["SELECT 'a',\n  'b'", 'SELECT ?, ?'],
    ["SELECT '\\', 'hunter2'", 'SELECT ?, ?'],
    ["COMMENT ON TABLE t IS E'a\\'b'", 'COMMENT ON TABLE t IS ?'],
    ["SELECT e'a\\\\', 'hunter2'", 'SELECT ?, ?'],
    ["SELECT E'a' -- it goes on\n  'b\\'hunter2'", 'SELECT ?'],
    ["SELECT name'\\', 'hunter2'", 'SELECT name?, ?'],
    ["SELECT U&'\\', u&'d!0061' UESCAPE '!'", 'SELECT ?, ? UESCAPE ?'],
    ["SELECT B'1010', x'1F', N'hunter2'", 'SELECT ?, ?, ?'],
    // Texts in dollars.
    ["SELECT $$hunter2's$$, $1", 'SELECT ?, $1'],
    ['SELECT $a$hunter2 $$ $b$ hunter2$a$, $tag_2$$tag_2$', 'SELECT ?, ?'],
    ['SELECT a$$b, $1$$hunter2$$', 'SELECT a$$b, $1?'],
    // Numbers.
    ['SELECT * FROM t WHERE a = 1234567', 'SELECT * FROM t WHERE a = ?'],
    ['SELECT "t1"."a2" FROM t1 LIMIT 100', 'SELECT "t1"."a2" FROM t1 LIMIT ?'],
    ['SELECT 1.5, .5, 5., -5, 1e10, 1.5E-3, 1_000, 0x1F', 'SELECT ?, ?, ?, -?, ?, ?, ?, ?'],
    ['SELECT $1, $12+3, a[4:5]', 'SELECT $1, $12+?, a[?:?]'],
    // Names.
    [`SELECT "it's", "a ""b'" FROM "größe", ö2`, `SELECT "it's", "a ""b'" FROM "größe", ö2`],
    // Comments.
    ["SELECT 1 -- it's hunter2\r\n, 'b'", 'SELECT ? , ?'],
    ['SELECT a /* b\nhunter2 */, $$\nhunter2$$', 'SELECT a , ?'],
    ["SELECT a/* it's ** / hunter2 */, '/*', b -- hunter2", 'SELECT a , ?, b'],
    ['SELECT a /* b /* c */ hunter2 */ FROM t', 'SELECT a'],
    // What does not end.
    ["SELECT 'hunter2", 'SELECT ?'],
    ["SELECT E'hunter2\\", 'SELECT ?'],
    ['SELECT $a$hunter2$b$', 'SELECT ?'],
    ['SELECT "hunter2', 'SELECT ?'],
    ['SELECT a /* hunter2', 'SELECT a'],
  ])('%j is told as %j', (sql, text) => {
    expect(textOf(sql)).toBe(text);
  });

  it.each([
    ["SELECT 'hunter2", ' hunter2', 'SELECT ?'],
    ['SELECT a /* ', 'hunter2', 'SELECT a'],
    ['SELECT ', '$1, ', `SELECT ${'$1, '.repeat(2_498)}$`],
  ])('%j and much more of %j is cut and not told either', (start, more, text) => {
    expect(textOf(start + more.repeat(2_000_000))).toBe(text);
  });

  describe('as PostgreSQL reads it', () => {
    const VALUES = [
      "'hunter2'",
      "'\\'",
      "'it''s hunter2'",
      "'\"hunter2'",
      "'$$hunter2'",
      "'/*hunter2'",
      "'--hunter2'",
      "E'\\'hunter2'",
      "E'hunter2\\\\'",
      "E'a'\n'\\'hunter2'",
      "U&'\\0061 hunter2'",
      "N'hunter2\\'",
      "B'1010'",
      "X'1F'",
      "$$hunter2's$$",
      '$a$hunter2$$"$a$',
      '1234567',
      '.5e-3',
      '0x1F',
    ];
    const BETWEEN = [', ', ",/* it's hunter2 */", ', -- "hunter2\n', ' AS "a\'b", '];
    const QUERIES = VALUES.flatMap((a) =>
      VALUES.flatMap((b) => BETWEEN.map((between) => `SELECT ${a}${between}${b}`)),
    );
    let database: TestDatabase;
    let client: pg.Client;

    beforeAll(async () => {
      database = await createTestDatabase(inject('postgresUrl'));
      client = new pg.Client({ connectionString: database.url });
      await client.connect();
    });

    afterAll(async () => {
      await client.end();
      await database.drop();
    });

    it('has a question mark for each value, whatever stands beside it', async () => {
      for (const sql of QUERIES) {
        expect((await client.query(sql)).fields, sql).toHaveLength(2);
        expect(textOf(sql), sql).toMatch(/^SELECT \?( AS "a'b")?, \?$/);
      }
    });
  });
});
