import { existsSync, lstatSync } from 'node:fs';
import { cp, lstat, readFile, realpath } from 'node:fs/promises';
import { basename, extname, join, relative } from 'node:path';

const USAGE = `Usage: node assemble.mjs <built> <installed> <output> <app> …

Puts together what a container runs: from <built> the compiled files of the apps and of the libs that they
need, from <installed> the packages they depend on. All three are directories laid out like the workspace.
`;

/** What comes with packages and is of no use at run time. */
const USELESS_FILES = new Set(['.map', '.ts', '.mts', '.cts', '.tsbuildinfo']);
const USELESS_FOLDERS = new Set(['.bin', '.package-lock.json', 'test', 'tests', '__tests__']);

const [built = '', installed = '', output = '', ...apps] = process.argv.slice(2);
if (apps.length === 0) {
  process.stderr.write(USAGE);
  process.exit(2);
}

const workspaces = await closure(apps.map((app) => join('apps', app)));
for (const workspace of workspaces) await copyWorkspace(workspace);
await copyPackages('node_modules');

/**
 * The workspaces that these need, themselves included.
 *
 * @param {string[]} needed
 */
async function closure(needed) {
  const found = new Set(needed);
  // A set that grows while it is walked is walked to its new end.
  for (const workspace of found) {
    for (const dependency of await dependenciesOf(workspace)) {
      const folder = await workspaceOf(dependency);
      if (folder !== undefined) found.add(folder);
    }
  }
  return found;
}

/** @param {string} workspace */
async function dependenciesOf(workspace) {
  const manifest = JSON.parse(await readFile(join(installed, workspace, 'package.json'), 'utf8'));
  return Object.keys(manifest.dependencies ?? {});
}

/**
 * The folder of a package that is one of our own workspaces; npm installs those as links.
 *
 * @param {string} name
 */
async function workspaceOf(name) {
  const link = join(installed, 'node_modules', name);
  const isLink = lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink();
  if (!isLink) return undefined;
  return relative(await realpath(installed), await realpath(link));
}

/** @param {string} workspace */
async function copyWorkspace(workspace) {
  await cp(join(installed, workspace, 'package.json'), join(output, workspace, 'package.json'));
  await cp(join(built, workspace, 'dist'), join(output, workspace, 'dist'), {
    recursive: true,
    filter: isUseful,
  });
  await copyPackages(join(workspace, 'node_modules'));
}

/** @param {string} folder */
async function copyPackages(folder) {
  const source = join(installed, folder);
  if (!existsSync(source)) return;
  await cp(source, join(output, folder), {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (path) => isUseful(path) && (await isOutsideOrNeeded(path)),
  });
}

/** @param {string} path */
function isUseful(path) {
  return !USELESS_FILES.has(extname(path)) && !USELESS_FOLDERS.has(basename(path));
}

/**
 * Whether it is no link to a workspace that is not needed.
 *
 * @param {string} path
 */
async function isOutsideOrNeeded(path) {
  if (!(await lstat(path)).isSymbolicLink()) return true;
  return workspaces.has(relative(await realpath(installed), await realpath(path)));
}
