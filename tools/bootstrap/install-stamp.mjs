import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param {string} root */
const stampPath = (root) => join(root, 'node_modules', '.install-stamp');

/**
 * Where the Node.js version pinned by package.json lies once it is installed.
 *
 * @param {string} root
 */
export function pinnedNodePath(root) {
  return join(root, 'node_modules', 'node', 'bin', 'node');
}

/**
 * Whether node_modules is the complete result of installing the present package-lock.json on this
 * kind of machine. An interrupted installation has left no stamp.
 *
 * @param {string} root
 */
export function isStamped(root) {
  try {
    return readFileSync(stampPath(root), 'utf8') === expectedStamp(root);
  } catch {
    return false;
  }
}

/**
 * The same of this workspace, with the Node.js that everything else runs on.
 *
 * @param {string} root
 */
export function isInstalled(root) {
  return isStamped(root) && existsSync(pinnedNodePath(root));
}

/** @param {string} root */
export function removeStamp(root) {
  rmSync(stampPath(root), { force: true });
}

/** @param {string} root */
export function writeStamp(root) {
  writeFileSync(stampPath(root), expectedStamp(root));
}

/** @param {string} root */
function expectedStamp(root) {
  const lockfile = readFileSync(join(root, 'package-lock.json'));
  const digest = createHash('sha256').update(lockfile).digest('hex');
  return `${digest} ${process.platform}-${process.arch}\n`;
}
