import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runQuietly } from '../workspace/quiet-command.ts';
import type { Change } from './plan.ts';

/** Writes and removes what was planned. A file that is there keeps its mode. */
export function carryOut(root: string, changes: readonly Change[]): void {
  for (const { file, text } of changes) {
    const path = join(root, file);
    if (text === undefined) {
      rmSync(path);
      if (isWorkspace(file)) removeBuilt(dirname(path));
      removeEmpty(dirname(path));
    } else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
}

/** What is made of a workspace, and no part of the repository. */
const BUILT = ['dist', 'out-tsc', 'node_modules'];

const isWorkspace = (file: string) => /^(apps|libs)\/[\w-]+\/package\.json$/.test(file);

function removeBuilt(workspace: string): void {
  for (const folder of BUILT) rmSync(join(workspace, folder), { recursive: true, force: true });
}

/** Removes a folder of which nothing is left, and those above it of which nothing is then. */
function removeEmpty(folder: string): void {
  if (readdirSync(folder).length > 0) return;
  rmdirSync(folder);
  removeEmpty(dirname(folder));
}

/** The folders of the workspaces that are removed. */
export function removedWorkspaces(changes: readonly Change[]): string[] {
  return changes
    .filter(({ file, text }) => text === undefined && isWorkspace(file))
    .map(({ file }) => dirname(file));
}

/** Breaks lines anew, some of which have become longer or shorter. */
export async function format(changes: readonly Change[], signal: AbortSignal): Promise<void> {
  const files = changes.filter(({ text }) => text !== undefined).map(({ file }) => file);
  const prettier = 'node_modules/prettier/bin/prettier.cjs';
  await runQuietly({
    script: [prettier, '--write', '--ignore-unknown', '--log-level=error', ...files],
    signal,
  });
}
