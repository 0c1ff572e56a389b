import { existsSync } from 'node:fs';
import { cp, readdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { runProgram } from './run-program.ts';

/** What is not copied: it is made anew. */
const MADE = new Set(['node_modules', 'dist', 'out-tsc']);

/**
 * Copies a lib out of this workspace, together with what its README says has to come along, and packs it
 * there, which builds it.
 *
 * @param folder an empty folder, for all of that.
 * @returns the package's file.
 */
export async function packLib(lib: string, folder: string): Promise<string> {
  await cp(join(WORKSPACE_ROOT, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
  await linkPackages('.', folder);
  for (const project of [join('libs', lib), join('libs', 'testing')]) {
    await cp(join(WORKSPACE_ROOT, project), join(folder, project), {
      recursive: true,
      filter: (path) => !MADE.has(basename(path)),
    });
    await linkPackages(project, folder);
  }
  const copy = join(folder, 'libs', lib);
  await runProgram(copy, 'npm', ['pack', '--loglevel=error', '--pack-destination', folder]);
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
  return join(folder, tarball ?? 'no package was made');
}

/** Where npm could not hoist a version of a package, a project has packages of its own. */
async function linkPackages(project: string, folder: string): Promise<void> {
  const packages = join(WORKSPACE_ROOT, project, 'node_modules');
  if (existsSync(packages)) await symlink(packages, join(folder, project, 'node_modules'));
}
