/** A text in quotes, with a quote in it doubled or after a backslash, even if it does not end. */
const TEXT = /'(?:[^'\\]|''|\\.)*(?:'|$)/gs;
/** A number that is no part of a name or of a parameter, as in `t1` or `$1`. */
const NUMBER = /(?<![\w$".])\d+(?:\.\d+)?(?![\w"])/g;
const BLANKS = /\s+/g;
const TABLE = /\b(?:FROM|INTO|UPDATE|JOIN)\s+(?!SET\b)"?([\w.]+)"?/gi;

/** The limit that the conventions set to a summary. */
const LONGEST_SUMMARY = 255;

/**
 * What a query does and to which tables, such as `SELECT orders`: of few different values, as the names of
 * spans have to be (`db.query.summary` in OpenTelemetry's semantic conventions).
 */
export function summaryOf(sql: string): string {
  const [operation = 'QUERY'] = /\w+/.exec(sql) ?? [];
  const tables = new Set(Array.from(sql.matchAll(TABLE), ([, table = '']) => table));
  return [operation.toUpperCase(), ...tables].join(' ').slice(0, LONGEST_SUMMARY);
}

/** A query without the values that somebody may have written into its text instead of a parameter. */
export function withoutLiterals(sql: string): string {
  return sql.replace(TEXT, '?').replace(NUMBER, '?').replace(BLANKS, ' ').trim();
}
