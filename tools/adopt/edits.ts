import type { Adoption } from './adoption.ts';
import { applyEdits } from './single-edits.ts';
import type { Edit } from './single-edits.ts';

const nothing = () => '';

const TITLES: readonly Edit<Adoption>[] = [
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
const ADOPTION: readonly Edit<Adoption>[] = [
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
  applyEdits(TITLES, file, text, adoption);

/** Removes what is said of adoption. */
export const forgetAdoption = (file: string, text: string, adoption: Adoption) =>
  applyEdits(ADOPTION, file, text, adoption);
