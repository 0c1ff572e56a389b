import { readFileSync } from 'node:fs';
import { superuserClient } from '../../local-system/postgres/superuser-client.ts';
import type { MeasuredSystem } from '../system/measured-system.ts';

/** A statement that an app has sent, as PostgreSQL's auto_explain has logged it. */
export interface LoggedStatement {
  readonly text: string;
  /** In the form of text, as they were sent; null for NULL. */
  readonly parameters: readonly (string | null)[];
  /** What PostgreSQL did for it: EXPLAIN (ANALYZE, BUFFERS). */
  readonly plan: string;
}

const SETTINGS = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_analyze': 'on',
  'auto_explain.log_buffers': 'on',
};

/** Has PostgreSQL log every statement of these roles, from their next connections on. */
export async function logStatements(
  { system }: MeasuredSystem,
  roles: readonly string[],
): Promise<void> {
  await administer(system.postgresSuperuserUrl, async (run) => {
    for (const role of roles) {
      for (const [name, value] of Object.entries(SETTINGS)) {
        await run(`ALTER ROLE ${role} SET ${name} = '${value}'`);
      }
    }
  });
}

/** Has it log none of them any more, from their next connections on. */
export async function stopLoggingStatements(
  { system }: MeasuredSystem,
  roles: readonly string[],
): Promise<void> {
  await administer(system.postgresSuperuserUrl, async (run) => {
    for (const role of roles) await run(`ALTER ROLE ${role} RESET ALL`);
  });
}

async function administer(
  url: string,
  work: (run: (text: string) => Promise<unknown>) => Promise<void>,
): Promise<void> {
  const client = superuserClient(url);
  await client.connect();
  try {
    await work((text) => client.query(text));
  } finally {
    await client.end();
  }
}

/** Every statement in PostgreSQL's log from an offset on. */
export function readStatements(logFile: string, offset: number): LoggedStatement[] {
  const log = readFileSync(logFile).toString('utf8', offset);
  return log.split(/\n(?!\t)/).flatMap((entry) => {
    const statement = statementIn(entry);
    return statement ? [statement] : [];
  });
}

// An entry that has several lines goes on behind a tab.
const PLAN = /LOG: {2}duration: [\d.]+ ms {2}plan:\n/;
const PARTS =
  /^Query Text: (?<text>.*?)\n(?:Query Parameters: (?<parameters>.*)\n)?(?<plan>\S[^\n]*\(cost=.*)$/s;

function statementIn(entry: string): LoggedStatement | undefined {
  const [, logged] = entry.split(PLAN);
  const lines = logged?.replaceAll(/^\t/gm, '').trimEnd();
  const { text, parameters = '', plan } = PARTS.exec(lines ?? '')?.groups ?? {};
  if (text === undefined || plan === undefined) return undefined;
  return { text, plan, parameters: parametersIn(parameters) };
}

function parametersIn(list: string): (string | null)[] {
  const each = list.matchAll(/\$\d+ = (?:NULL|'((?:[^']|'')*)')/g);
  return [...each].map(([, quoted]) => quoted?.replaceAll("''", "'") ?? null);
}
