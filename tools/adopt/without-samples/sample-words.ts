import type { Service } from './service.ts';

type Words = readonly (readonly [word: RegExp, inItsPlace: (service: Service) => string])[];

/** The names of the API and of the client that calls it, which mean nothing else anywhere. */
const NAMES: Words = [
  [/\borders-api\b/g, ({ name }) => name],
  [/ORDERS_API(?=_|\b)/g, ({ constant }) => constant],
  [/\bORDERS_DATABASE_URL/g, ({ databaseUrlVariable }) => databaseUrlVariable],
  [/\border-entry\b/g, () => 'demo-client'],
  [/\bOrder entry\b/g, () => 'Demo client'],
];

/** What the API holds, where it stands for its scopes and addresses. */
const SCOPES: Words = [
  [/\borders(?=:(read|write|cancel)\b)/g, ({ resources }) => resources],
  [/(?<=\/support\/)orders(?=\.js)/g, ({ resources }) => resources],
  [/\bOrdersApi\b/g, ({ className }) => className],
  [/\bthe orders(?= of the)/g, ({ wordsOfMany }) => `the ${wordsOfMany}`],
];

/** The databases, where they are called by their names. */
const DATABASES: Words = [[/\borders\b(?!:|\.js|-api)/g, ({ database }) => database]];

/** What the API holds, in whatever way the code of a test names it. */
const EVERY: Words = [
  [/\bordersApi\b/g, ({ propertyName }) => propertyName],
  [/\borders(?=[A-Z])/g, ({ resourcesProperty }) => resourcesProperty],
  [/(?<=\b|[a-z])Orders(?=\b|[A-Z])/g, ({ ResourcesClass }) => ResourcesClass],
  [/\bORDERS\b/g, ({ database }) => database.toUpperCase()],
  [/\borders\b/g, ({ resources }) => resources],
  [/(?<=\b(new|place|post|start))Order\b/g, ({ ResourceClass }) => ResourceClass],
  [/(?<!started-)\border\b/g, ({ resourceProperty }) => resourceProperty],
];

/** Where the names stand for the service, and not for an example of any. */
const PLACES: readonly (readonly [files: RegExp, words: Words])[] = [
  [
    /^(apps\/e2e|deploy|\.devcontainer)\/|^\.env\.example$|^[\w-]+\.(md|yml)$|^docs\/[\w-]+\.md$/,
    NAMES,
  ],
  [/^tools\/(containers|generators|kubernetes|lint|local-system|observability|start)\//, NAMES],
  [/^tools\/(generators|kubernetes|local-system|observability)\/|^deploy\/.*\.json$/, SCOPES],
  [/^apps\/e2e\/src\/(setup\/container-|containers-)/, DATABASES],
  [/^apps\/e2e\//, EVERY],
];

/** Puts the names of the service in the place of those of the sample's API. */
export function renameSample(file: string, text: string, service: Service): string {
  return PLACES.filter(([files]) => files.test(file))
    .flatMap(([, words]) => words)
    .reduce((before, [word, inItsPlace]) => before.replace(word, () => inItsPlace(service)), text);
}
