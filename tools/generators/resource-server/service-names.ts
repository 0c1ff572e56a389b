import { names } from '@nx/devkit';
import { appNames } from '../app/app-names.ts';
import type { AppNames } from '../app/new-app.ts';

/** All that is derived from the name of a resource server. */
export interface ServiceNames extends AppNames {
  /** `Payments API` */
  readonly title: string;
  /** `payments`: what it holds, and what its scopes and its routes begin with. */
  readonly resources: string;
  /** `Payments` */
  readonly ResourcesClass: string;
  /** `payments`, as a variable */
  readonly resourcesProperty: string;
  /** `payment`: one of them. */
  readonly resource: string;
  /** `Payment` */
  readonly ResourceClass: string;
  /** `payment`, as a variable */
  readonly resourceProperty: string;
  /** `payment`, for people */
  readonly words: string;
  /** `payments`, for people */
  readonly wordsOfMany: string;
  /** `payment` */
  readonly table: string;
}

/** Words of which the singular is no name of a variable. */
const RESERVED = new Set(
  (
    'await break case catch class const continue debugger default delete do else enum export extends false ' +
    'finally for function if import in instanceof interface let new null package private protected public ' +
    'return static super switch this throw true try typeof var void while with yield'
  ).split(' '),
);

/** What the generated controller has by these names already. */
const TAKEN = new Set(['body', 'controller', 'date', 'get', 'post', 'promise', 'query']);

/** Derives them; an error says what is wrong with a name. */
export function serviceNames(name: string): ServiceNames {
  const app = appNames(name, { kind: 'resource server', ending: '-api' });
  const resources = name.replace(/-api$/, '');
  const resource = singular(resources);
  if (RESERVED.has(resource)) {
    throw new Error(`"${name}" would be an API of "${resource}", which is a word of TypeScript`);
  }
  if (TAKEN.has(resource)) {
    throw new Error(
      `"${name}" would be an API of "${resource}", which its code has something else for`,
    );
  }
  const wordsOfMany = resources.replaceAll('-', ' ');
  return {
    ...app,
    title: `${wordsOfMany.charAt(0).toUpperCase()}${wordsOfMany.slice(1)} API`,
    resources,
    ResourcesClass: names(resources).className,
    resourcesProperty: names(resources).propertyName,
    resource,
    ResourceClass: names(resource).className,
    resourceProperty: names(resource).propertyName,
    words: resource.replaceAll('-', ' '),
    wordsOfMany,
    table: resource.replaceAll('-', '_'),
  };
}

/** One of what a word that may be a plural names. */
function singular(word: string): string {
  if (/[^aeiou]ies$/.test(word)) return word.replace(/ies$/, 'y');
  if (/(ss|sh|ch|x|z)es$/.test(word)) return word.replace(/es$/, '');
  return /[^s]s$/.test(word) ? word.replace(/s$/, '') : word;
}
