import type {} from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** A superuser's URL of the PostgreSQL server that the test run has started. */
    postgresUrl: string;
  }
}
