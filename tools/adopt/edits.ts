import { AdoptionError } from './adoption-error.ts';
import type { Adoption } from './adoption.ts';

/** What is said in one place, and what is to be said there afterwards. */
interface Edit {
  readonly file: string;
  readonly place: RegExp;
  readonly replacement: (adoption: Adoption) => string;
}

const nothing = () => '';

const TITLES: readonly Edit[] = [
  { file: 'README.md', place: /^# .*$/gm, replacement: ({ title }) => `# ${title}` },
  {
    file: 'package.json',
    place: /(?<=^ {2}"description": ").*(?=",$)/gm,
    replacement: ({ title }) => title,
  },
  {
    file: 'deploy/observability/grafana/dashboards/overview.json',
    place: /(?<=^ {2}"title": ").*(?=",$)/gm,
    replacement: ({ title }) => title,
  },
];

/** Where it is said that this can be adopted, which is over then. */
const ADOPTION: readonly Edit[] = [
  { file: 'README.md', place: /, built to be copied(?=:)/g, replacement: nothing },
  { file: 'README.md', place: /^## Make it yours\n.*?(?=^## )/gms, replacement: nothing },
  {
    file: 'README.md',
    place: /^- \[Changelog\]\(CHANGELOG\.md\).*$/gm,
    replacement: () =>
      '- [Changelog](CHANGELOG.md); what this was [adopted from](docs/adopted-from.md), and its later fixes',
  },
  {
    file: 'SECURITY.md',
    place: /^Whoever has copied this repository.*$/gm,
    replacement: () =>
      'This began as a copy. Fixes of what it was copied from are found and taken over as ' +
      '[docs/adopted-from.md](docs/adopted-from.md) says.',
  },
  { file: 'CONTRIBUTING.md', place: /^\| `npm run adopt\b.*\n/gm, replacement: nothing },
  { file: 'docs/decisions/README.md', place: /^\| \[0036\].*\n/gm, replacement: nothing },
  { file: 'package.json', place: /^ *"adopt": .*\n/gm, replacement: nothing },
];

/** Puts the title of the whole where ours stands. */
export const giveTitle = (file: string, text: string, adoption: Adoption) =>
  apply(TITLES, file, text, adoption);

/** Removes what is said of adoption. */
export const forgetAdoption = (file: string, text: string, adoption: Adoption) =>
  apply(ADOPTION, file, text, adoption);

function apply(edits: readonly Edit[], file: string, text: string, adoption: Adoption): string {
  return edits
    .filter((edit) => edit.file === file)
    .reduce((before, { place, replacement }) => {
      if (before.match(place)?.length !== 1) {
        throw new AdoptionError(
          `${file} is not as it was in a fresh copy: ${place.source} is not found once`,
        );
      }
      return before.replace(place, () => replacement(adoption));
    }, text);
}
