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
      removeIfEmpty(dirname(path));
    } else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
}

function removeIfEmpty(folder: string): void {
  if (readdirSync(folder).length === 0) rmdirSync(folder);
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
