import type { Explanation } from '../flow/run.ts';
import { textOf } from '../otlp/span.ts';
import type { Span } from '../otlp/span.ts';
import { durationOf, milliseconds } from './milliseconds.ts';

/** What a party did in its database: queries that are alike on one line. */
export function explainQueries(queries: readonly Span[]): Explanation[] {
  if (queries.length === 0) return [];
  const fields = [...Map.groupBy(queries, ({ name }) => name)].map(([name, alike]) => ({
    name,
    value: [
      ...(alike.length > 1 ? [`${alike.length} times`] : []),
      milliseconds(durationOf(alike)),
    ].join(', '),
  }));
  const database = queries.flatMap((query) => textOf(query, 'db.namespace') ?? []).at(0);
  return [{ title: database === undefined ? 'Its database' : `Its database, ${database}`, fields }];
}
