import { readJson, updateJson, type Tree } from '@nx/devkit';

interface LockedPackage {
  readonly name?: string;
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  packages: Record<string, LockedPackage>;
}

const LOCK = 'package-lock.json';

/** Tells the version of a package that the apps of this workspace depend on, or that its libs do, as peers too. */
export function versionsOf(tree: Tree): (name: string) => string {
  const workspaces = Object.entries(readJson<Lock>(tree, LOCK).packages)
    .filter(([path]) => /^(apps|libs)\/[\w-]+$/.test(path))
    .map(([, { dependencies, peerDependencies }]) => ({ ...peerDependencies, ...dependencies }));
  return (name) => {
    const found = workspaces.find((dependencies) => name in dependencies)?.[name];
    if (found === undefined)
      throw new Error(`no app and no lib depends on ${name}: its version is not known`);
    return found;
  };
}

/**
 * Adds a new workspace to the lock file the way npm does. It depends on nothing that is not in there, so that
 * neither npm nor a registry is needed for it.
 */
export function lockWorkspace(tree: Tree, path: string): void {
  const { name, version, dependencies, devDependencies } = readJson<Required<LockedPackage>>(
    tree,
    `${path}/package.json`,
  );
  updateJson<Lock>(tree, LOCK, (lock) => {
    const packages = {
      ...lock.packages,
      [path]: { name, version, dependencies, devDependencies },
      [`node_modules/${name}`]: { resolved: path, link: true },
    };
    const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
    return { ...lock, packages: Object.fromEntries(sorted) };
  });
}
