import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, realpath, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const BUILT = ['dist', 'out-tsc'];
/** In node_modules: our own, and what says that it is complete, which is about to change. */
const COPIED = ['@m2m', '.install-stamp'];
const CACHE = /^\.(?!bin$)/;
const LONGEST_OUTPUT = 64 * 1024 * 1024;
const SHOWN_LINES = 60;

const run = promisify(execFile);

/**
 * A copy of this repository with what is built of it, to be changed at will. Its packages are those of the
 * original, but for the links to its own workspaces.
 */
export class RepositoryCopy {
  private constructor(readonly directory: string) {}

  static async make(): Promise<RepositoryCopy> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'm2m-copy-')));
    const copy = new RepositoryCopy(directory);
    const files = await filesOfRepository();
    for (const file of files) await copy.take(file);
    await copy.link('node_modules');
    for (const workspace of await workspaces()) {
      await copy.link(join(workspace, 'node_modules'));
      for (const folder of BUILT) await copy.take(join(workspace, folder));
    }
    return copy;
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Runs a program of a package; what it has printed is returned, and is the error if it fails. */
  async runProgram(script: string, ...args: readonly string[]): Promise<string> {
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, NX_DAEMON: 'false', NX_TUI: 'false' };
    try {
      const { stdout, stderr } = await run(
        process.execPath,
        [join('node_modules', script), ...args],
        {
          cwd: this.directory,
          env,
          maxBuffer: LONGEST_OUTPUT,
        },
      );
      return stripVTControlCharacters(`${stdout}${stderr}`);
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${stdout}${stderr}`.split('\n').slice(-SHOWN_LINES).join('\n'), {
        cause: error,
      });
    }
  }

  /** When each of its files was changed last, but for those of packages and of Nx. */
  async changes(): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    const entries = await readdir(this.directory, { recursive: true, withFileTypes: true });
    for (const entry of entries.filter((each) => each.isFile())) {
      const path = join(entry.parentPath, entry.name);
      if (/\/(node_modules|\.nx)\//.test(path)) continue;
      found.set(path.slice(this.directory.length + 1), (await stat(path)).mtimeMs);
    }
    return found;
  }

  private async take(path: string): Promise<void> {
    if (!existsSync(join(ROOT, path))) return;
    const options = { recursive: true, preserveTimestamps: true, verbatimSymlinks: true };
    await cp(join(ROOT, path), join(this.directory, path), options);
  }

  /** Makes a folder of links to the packages in one of the original; to our own it has the same links. */
  private async link(folder: string): Promise<void> {
    if (!existsSync(join(ROOT, folder))) return;
    await mkdir(join(this.directory, folder), { recursive: true });
    for (const name of await readdir(join(ROOT, folder))) {
      const path = join(folder, name);
      if (COPIED.includes(name)) await this.take(path);
      else if (!CACHE.test(name)) await symlink(join(ROOT, path), join(this.directory, path));
    }
  }
}

/** Those that are committed, and those that are about to be. */
async function filesOfRepository(): Promise<string[]> {
  const options = ['--cached', '--others', '--exclude-standard', '-z'];
  const { stdout } = await run('git', ['ls-files', ...options], { cwd: ROOT });
  return stdout.split('\0').filter(Boolean);
}

async function workspaces(): Promise<string[]> {
  const files = await filesOfRepository();
  return files
    .filter((file) => /^(apps\/[\w-]+|libs\/[\w-]+|tools)\/package\.json$/.test(file))
    .map(dirname);
}
