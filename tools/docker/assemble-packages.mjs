import { existsSync, lstatSync } from 'node:fs';
import { cp, lstat, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';

const USAGE = `Usage: node assemble-packages.mjs <installed> <output> <app>

Copies what an app needs at run time, but for its own code: the packages that were installed for production
in the workspace <installed>, and the manifests of the app and of the libs it depends on.
`;

/** What comes with packages and is of no use at run time. */
const USELESS_FILES = /\.(map|ts|mts|cts|tsbuildinfo)$|\.(spec|test)\.|^\.package-lock\.json$/;
const USELESS_FOLDERS = new Set(['.bin', '@types']);
const TEST_FOLDERS = new Set(['test', 'tests', '__tests__', 'spec', 'specs']);

const [installed = '', output = '', app] = process.argv.slice(2);
if (app === undefined) {
  process.stderr.write(USAGE);
  process.exit(2);
}

const root = await realpath(installed);
const workspaces = await closure(join('apps', app));
await copyPackages('node_modules');
for (const workspace of workspaces) {
  const manifest = join(workspace, 'package.json');
  await cp(join(root, manifest), join(output, manifest));
  await copyPackages(join(workspace, 'node_modules'));
}

/**
 * The workspaces that this one needs, itself included.
 *
 * @param {string} workspace
 */
async function closure(workspace) {
  const found = new Set([workspace]);
  // A set that grows while it is walked is walked to its new end.
  for (const needed of found) {
    for (const dependency of await dependenciesOf(needed)) {
      const folder = await workspaceOf(dependency);
      if (folder !== undefined) found.add(folder);
    }
  }
  return found;
}

/** @param {string} workspace */
async function dependenciesOf(workspace) {
  const manifest = JSON.parse(await readFile(join(root, workspace, 'package.json'), 'utf8'));
  return Object.keys(manifest.dependencies ?? {});
}

/**
 * The folder of a package that is one of our own workspaces; npm installs those as links.
 *
 * @param {string} name
 */
async function workspaceOf(name) {
  const link = join(root, 'node_modules', name);
  const isLink = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink ? relative(root, await realpath(link)) : undefined;
}

/** @param {string} folder */
async function copyPackages(folder) {
  const source = join(root, folder);
  if (!existsSync(source)) return;
  await cp(source, join(output, folder), {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (path) => isUseful(path) && (await isNeeded(path)),
  });
}

/** @param {string} path */
function isUseful(path) {
  const name = basename(path);
  if (USELESS_FOLDERS.has(name) || USELESS_FILES.test(name)) return false;
  // A package may have such a name itself; then its parent is no package.
  return !(TEST_FOLDERS.has(name) && existsSync(join(dirname(path), 'package.json')));
}

/**
 * Whether it is no link to a workspace that the app does without.
 *
 * @param {string} path
 */
async function isNeeded(path) {
  if (!(await lstat(path)).isSymbolicLink()) return true;
  return workspaces.has(relative(root, await realpath(path)));
}
