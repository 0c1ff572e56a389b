import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readJson, type Tree } from '@nx/devkit';
import { isStamped, writeStamp } from '../../bootstrap/install-stamp.mjs';

/**
 * Makes the link in node_modules that npm would make for a new workspace: all else that it depends on is there.
 *
 * @returns what does so, once the files are written. An installation that was complete before is so afterwards.
 */
export function linkWorkspace(tree: Tree, path: string): () => void {
  const { name } = readJson<{ name: string }>(tree, `${path}/package.json`);
  const wasComplete = isStamped(tree.root);
  return () => {
    const link = join(tree.root, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(relative(dirname(link), join(tree.root, path)), link);
    if (wasComplete) writeStamp(tree.root);
  };
}
