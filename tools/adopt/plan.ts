import { AdoptionError } from './adoption-error.ts';
import { ORIGINAL } from './adoption.ts';
import type { Adoption, Origin } from './adoption.ts';
import { forgetAdoption, giveTitle } from './edits.ts';
import { nameHolder } from './licence.ts';
import { rename } from './names.ts';
import { adoptedFrom, newChangelog } from './new-documents.ts';
import { movePorts } from './ports.ts';
import { fillInAddresses } from './production-addresses.ts';
import { planRemoval } from './without-samples/plan.ts';
import type { Removal } from './without-samples/plan.ts';

/** What becomes of a file. */
export interface Change {
  readonly file: string;
  /** For people: one word or a few for each thing that is done to it. */
  readonly what: readonly string[];
  /** Its new text; undefined if it is removed. */
  readonly text: string | undefined;
}

/** What has no purpose once it has been used, or is the history of another project. */
const REMOVED = new RegExp(
  String.raw`^(tools/adopt/|apps/e2e/src/adopt[\w-]*\.e2e\.spec\.ts$|` +
    String.raw`apps/e2e/src/support/commands-in-copy\.ts$|docs/decisions/0036-)`,
);

/** Nothing is removed with the sample where it stays. */
const SAMPLE_STAYS: Removal = {
  isRemoved: () => false,
  rewrite: (_file, text) => text,
  added: new Map(),
};

/**
 * Looks through the whole copy and says what becomes of it; nothing is changed.
 *
 * @param read the text of a file, or undefined if it is none.
 * @throws AdoptionError if the copy is not as it was.
 */
export function planAdoption(
  files: readonly string[],
  read: (file: string) => string | undefined,
  adoption: Adoption,
  origin: Origin,
): Change[] {
  requireOriginal(read('package.json'));
  const written: Change[] = [
    { file: 'CHANGELOG.md', what: ['begun anew'], text: newChangelog(origin) },
    {
      file: 'docs/adopted-from.md',
      what: ['where this comes from'],
      text: adoptedFrom(adoption, origin),
    },
  ];
  const isWritten = new Set(written.map(({ file }) => file));
  const { service } = adoption;
  const sample = service === undefined ? SAMPLE_STAYS : planRemoval(files, read, service);
  const steps = rewritings(origin.today.getFullYear(), sample);
  const changes = files
    .filter((file) => !isWritten.has(file))
    .flatMap((file) => {
      if (REMOVED.test(file)) return { file, what: ['of no use any more'], text: undefined };
      if (sample.isRemoved(file)) return { file, what: ['sample'], text: undefined };
      const text = read(file);
      return (text !== undefined && rewritten(file, text, adoption, steps)) || [];
    });
  const added = [...sample.added].map(([file, text]) => {
    const { what = [], text: given = text } = rewritten(file, text, adoption, steps) ?? {};
    return { file, what: ['in place of the sample', ...what], text: given };
  });
  return [...written, ...added, ...changes];
}

function requireOriginal(manifest: string | undefined): void {
  if (manifest?.includes(`"name": "${ORIGINAL.scope}/`)) return;
  throw new AdoptionError('this copy has been adopted already: its packages have another scope');
}

/** One kind of thing that is done to the text of a file. */
interface Rewriting {
  readonly name: string;
  readonly rewrite: (file: string, text: string, adoption: Adoption) => string;
}

function rewritings(year: number, sample: Removal): readonly Rewriting[] {
  return [
    { name: 'adoption', rewrite: forgetAdoption },
    { name: 'sample', rewrite: sample.rewrite },
    { name: 'names', rewrite: rename },
    { name: 'ports', rewrite: movePorts },
    { name: 'title', rewrite: giveTitle },
    { name: 'addresses', rewrite: fillInAddresses },
    {
      name: 'licence',
      rewrite: (file, text, adoption) => nameHolder(file, text, adoption, year),
    },
  ];
}

function rewritten(
  file: string,
  original: string,
  adoption: Adoption,
  steps: readonly Rewriting[],
): Change | undefined {
  const what: string[] = [];
  let text = original;
  for (const { name, rewrite } of steps) {
    const before = text;
    text = rewrite(file, before, adoption);
    if (text !== before) what.push(name);
  }
  return text === original ? undefined : { file, what, text };
}
