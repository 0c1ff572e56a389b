import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyEdits } from '../single-edits.ts';
import { withoutDeadLinks } from './dead-links.ts';
import { DEPLOYMENT_EDITS } from './deployment-edits.ts';
import { DOCUMENT_EDITS } from './document-edits.ts';
import { END_TO_END_EDITS } from './end-to-end-edits.ts';
import { pruneLockFile } from './lock-file.ts';
import { goesWithTheSample } from './removed.ts';
import { renameSample } from './sample-words.ts';
import type { Service } from './service.ts';
import { STRUCTURES } from './structures.ts';
import { WORKSPACE_EDITS } from './workspace-edits.ts';

/** What becomes of the files of the copy as the sample leaves it. */
export interface Removal {
  readonly isRemoved: (file: string) => boolean;
  /** The new text of a file that stays. */
  readonly rewrite: (file: string, text: string) => string;
  /** Files that there were not before, each with its text. */
  readonly added: ReadonlyMap<string, string>;
}

const EDITS = [...WORKSPACE_EDITS, ...END_TO_END_EDITS, ...DEPLOYMENT_EDITS, ...DOCUMENT_EDITS];
const FILES = join(import.meta.dirname, 'files');

/** Files that are written anew: what is left of the sample in them would be less than what is changed. */
const TEMPLATES = [
  'README.md',
  'apps/e2e/src/readme.e2e.spec.ts',
  'apps/e2e/src/support/__resources__.ts',
  'tools/start/arguments.spec.ts',
  'tools/start/arguments.ts',
  'tools/start/closing-text.ts',
  'tools/start/first-call.spec.ts',
  'tools/start/first-call.ts',
  'tools/start/start-session.ts',
];

/**
 * Plans a copy without the sample. The service itself is made afterwards, by its generator.
 *
 * @param read the text of a file of the copy.
 */
export function planRemoval(
  files: readonly string[],
  read: (file: string) => string | undefined,
  service: Service,
): Removal {
  // A link may lead to a folder, of which nothing is left.
  const isRemoved = (path: string) => goesWithTheSample(path) || goesWithTheSample(`${path}/`);
  const anew = new Map(TEMPLATES.map((template) => fileFrom(template, service)));
  const rewrite = (file: string, text: string): string => {
    const given = anew.get(file);
    if (given !== undefined) return given;
    if (file === 'package-lock.json') return prunedLock(text);
    const edited = applyEdits(EDITS, file, text, service);
    const restructured = STRUCTURES[file]?.(edited) ?? edited;
    return renameSample(file, withoutDeadLinks(file, restructured, isRemoved), service);
  };
  const prunedLock = (text: string) =>
    pruneLockFile(text, (workspace) => {
      const file = workspace === '' ? 'package.json' : `${workspace}/package.json`;
      const manifest = isRemoved(file) ? undefined : read(file);
      return manifest === undefined
        ? undefined
        : (JSON.parse(rewrite(file, manifest)) as Record<string, Record<string, string>>);
    });
  const known = new Set(files);
  return {
    isRemoved,
    rewrite,
    added: new Map([...anew].filter(([file]) => !known.has(file))),
  };
}

function fileFrom(template: string, service: Service): [file: string, text: string] {
  const text = readFileSync(join(FILES, `${template}.template`), 'utf8');
  const names: Readonly<Record<string, string>> = { ...service };
  return [
    template.replace('__resources__', service.resources),
    text.replace(/<%= (\w+) %>/g, (place, name: string) => names[name] ?? place),
  ];
}
