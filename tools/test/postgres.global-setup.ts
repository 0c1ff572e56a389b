import type { TestProject } from 'vitest/node';
import { startThrowAwayPostgres } from '../local-system/postgres/throw-away-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL server for this test run, as superuser. */
    postgresUrl: string;
  }
}

/** Gives the tests a real PostgreSQL, which disappears with them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startThrowAwayPostgres();
  project.provide('postgresUrl', postgres.url);
  return () => postgres.remove();
}
