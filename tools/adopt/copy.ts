import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { AdoptionError } from './adoption-error.ts';

/** What git knows of the copy. */
export interface Copy {
  readonly tree: string;
  /** All files, from the root; what git ignores is not among them. */
  readonly files: readonly string[];
}

/**
 * Looks at the copy with git.
 *
 * @throws AdoptionError unless it is a repository of its own in which everything is committed: only then can
 *   git bring back what was there.
 */
export function inspectCopy(root: string): Copy {
  if (realpathSync(orElse(NO_REPOSITORY, () => topLevel(root))) !== realpathSync(root)) {
    throw new AdoptionError(
      'this folder lies in another git repository; adopt a clone of its own, and move it there afterwards',
    );
  }
  if (git(root, 'status', '--porcelain') !== '') {
    throw new AdoptionError(
      'there are changes that are not committed; commit or remove them first (git status lists them)',
    );
  }
  return {
    tree: orElse(NO_COMMIT, () => git(root, 'rev-parse', 'HEAD^{tree}').trim()),
    files: git(root, 'ls-files', '-z').split('\0').filter(Boolean),
  };
}

/** The text of a file; undefined if it is none. */
export function readText(root: string, file: string): string | undefined {
  const bytes = readFileSync(join(root, file));
  return bytes.includes(0) ? undefined : bytes.toString('utf8');
}

function topLevel(root: string): string {
  return git(root, 'rev-parse', '--show-toplevel').trimEnd();
}

const BEFORE = 'so nothing could be undone; first: git init && git add . && git commit';
const NO_REPOSITORY = `this is no git repository, ${BEFORE}`;
const NO_COMMIT = `nothing is committed, ${BEFORE}`;

function orElse<T>(fault: string, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw new AdoptionError(fault, { cause: error });
  }
}

const LONGEST_OUTPUT = 16 * 1024 * 1024;

function git(root: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', root, ...args], {
    encoding: 'utf8',
    maxBuffer: LONGEST_OUTPUT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
