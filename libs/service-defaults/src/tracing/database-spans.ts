import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import {
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
} from '@opentelemetry/semantic-conventions';
import { describeQuery } from './sql-text.js';

/**
 * Makes a span of each database query that is part of a trace, after OpenTelemetry's semantic conventions
 * for SQL. It patches the driver while that is loaded, which TypeORM does when it first connects.
 */
export function traceDatabaseQueries(): void {
  new PgInstrumentation({
    // Readiness checks and housekeeping are no part of any trace, and waiting for the pool is no query.
    requireParentSpan: true,
    ignoreConnectSpans: true,
    requestHook: (span, { query }) => {
      const { operation, summary, text } = describeQuery(query.text);
      span.updateName(summary);
      span.setAttributes({
        [ATTR_DB_OPERATION_NAME]: operation,
        [ATTR_DB_QUERY_SUMMARY]: summary,
        [ATTR_DB_QUERY_TEXT]: text,
      });
    },
  });
}
