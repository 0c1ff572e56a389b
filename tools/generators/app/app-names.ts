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
  return {
    name,
    constant: name.replaceAll('-', '_').toUpperCase(),
    className,
    propertyName,
    database,
    databaseUrlVariable: `${database.toUpperCase()}_DATABASE_URL`,
  };
}
