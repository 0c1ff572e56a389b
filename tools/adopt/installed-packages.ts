import { existsSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isStamped, removeStamp, writeStamp } from '../bootstrap/install-stamp.mjs';
import { ORIGINAL } from './adoption.ts';

/** Whether what is installed belongs to the lock file, and to this copy alone. */
export function isInstalledHere(root: string): boolean {
  return !lstatSync(join(root, 'node_modules')).isSymbolicLink() && isStamped(root);
}

/**
 * Puts the links to the workspaces under their new scope, as an installation by the new lock file would, so that
 * the next command needs no network. Where another package has that scope, it is left to that command.
 *
 * @param removed the folders of workspaces that are no more.
 */
export function moveLinks(root: string, scope: string, removed: readonly string[]): void {
  const from = join(root, 'node_modules', ORIGINAL.scope);
  const to = join(root, 'node_modules', scope);
  if (!existsSync(from) || existsSync(to)) return;
  removeStamp(root);
  // npm's own note of what lies there; it looks for itself without it.
  rmSync(join(root, 'node_modules/.package-lock.json'), { force: true });
  renameSync(from, to);
  for (const workspace of removed) rmSync(join(to, basename(workspace)), { force: true });
  writeStamp(root);
}
