/**
 * The parts of a text in SQL that matter here, as PostgreSQL reads them ("Lexical Structure", with
 * `standard_conforming_strings` on). A part that does not end goes on to the end of the text.
 */
const PARTS = new RegExp(
  [
    // As much at once as possible: names, parameters, and what holds nothing. A quote that is doubled in
    // a name in quotes is taken for two names side by side.
    /(?<kept>(?:(?!e'|u&'|[bnx]')[a-z_\x80-\uffff][\w$\x80-\uffff]*|"[^"]*"|\$\d+|[\s,()=]|\.(?!\d))+)/,
    // Comments nest, which no pattern can follow: one with another in it takes all that comes after along.
    /(?<comment>--[^\n\r]*|\/\*(?:(?!\*\/|\/\*).)*\*\/|\/\*.*)/,
    // Only here is a backslash an escape. The text may go on in the next line, in quotes again.
    /e'(?:[^'\\]|''|\\(?:.|$)|'[^\S\n\r]*(?:--[^\n\r]*)?[\n\r](?:\s|--[^\n\r]*[\n\r])*')*(?:'|$)/,
    /(?:u&|[bnx])?'(?:[^']|'')*(?:'|$)/,
    /\$(?<tag>[\w\x80-\uffff]*)\$.*?(?:\$\k<tag>\$|$)/,
    /\.?\d[\w.]*(?:(?<=e)[+-]\d\w*)?/,
    // A name in quotes that does not end: there is no telling what that is.
    /".*/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gis',
);
const BLANKS = /\s+/g;
const TABLE = /\b(?:FROM|INTO|UPDATE|JOIN)\s+(?!SET\b)"?([\w.]+)"?/gi;

/** The limit that the conventions set to a summary. */
const LONGEST_SUMMARY = 255;

/** No span is worth more characters of a query, and patterns give up on millions of them. */
const LONGEST_QUERY = 10_000;

/** What may be told of a query, under the names of OpenTelemetry's semantic conventions for databases. */
export interface QueryDescription {
  /** `db.operation.name`, such as `SELECT`. */
  readonly operation: string;
  /** `db.query.summary`: of few different values, as the names of spans have to be. */
  readonly summary: string;
  /** `db.query.text`, without comments and the values that somebody may have written into it. */
  readonly text: string;
}

/** Describes a query in the SQL of PostgreSQL without any value that it holds. */
export function describeQuery(sql: string): QueryDescription {
  const text = withoutLiterals(sql.slice(0, LONGEST_QUERY));
  const operation = (/\w+/.exec(text)?.[0] ?? 'QUERY').toUpperCase();
  const tables = new Set(Array.from(text.matchAll(TABLE), ([, table = '']) => table));
  const summary = [operation, ...tables].join(' ').slice(0, LONGEST_SUMMARY);
  return { operation, summary, text };
}

function withoutLiterals(sql: string): string {
  return sql.replace(PARTS, shown).replace(BLANKS, ' ').trim();
}

function shown(_part: string, kept?: string, comment?: string): string {
  if (comment !== undefined) return ' ';
  return kept ?? '?';
}
