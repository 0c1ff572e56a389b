import { names } from '@nx/devkit';
import type { AppNames } from './new-app.ts';

export interface AppKind {
  /** What it is, for people. */
  readonly kind: string;
  /** How the name of such an app ends. */
  readonly ending: string;
}

const WORDS = /^[a-z][a-z\d]*(-[a-z][a-z\d]*)+$/;
/** Kubernetes takes 63 characters, of which the names of the Jobs add some. */
const LONGEST = 40;
/** What no role or database of one's own is called (PostgreSQL: CREATE ROLE, "Template Databases"). */
const POSTGRESQLS_OWN = /^(pg_.*|public|none|postgres|template[01])$/;

/** Derives the names of an app; an error says what is wrong with the one that is given. */
export function appNames(name: string, { kind, ending }: AppKind): AppNames {
  if (!WORDS.test(name) || !name.endsWith(ending) || name.length > LONGEST) {
    throw new Error(
      `"${name}" is no name for a ${kind}: words in lower case with hyphens between, the last one ` +
        `${ending}, as in payments${ending}; at most ${LONGEST} characters`,
    );
  }
  const { className, propertyName } = names(name);
  const database = name.slice(0, -ending.length).replaceAll('-', '_');
  if (POSTGRESQLS_OWN.test(database)) {
    throw new Error(
      `"${name}" would have a database "${database}": PostgreSQL keeps that name for itself`,
    );
  }
  return {
    name,
    constant: name.replaceAll('-', '_').toUpperCase(),
    className,
    propertyName,
    database,
    databaseUrlVariable: `${database.toUpperCase()}_DATABASE_URL`,
  };
}
