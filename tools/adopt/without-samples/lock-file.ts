interface LockedPackage {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

type Packages = Readonly<Record<string, LockedPackage>>;

/** The manifest of a workspace, as far as a lock file repeats it. */
type Manifest = Pick<LockedPackage, 'dependencies' | 'devDependencies'>;

/**
 * Takes the removed workspaces out of a lock file, and then every package that nothing needs any more.
 *
 * @param manifestOf the manifest of a workspace as it is to be, by its folder; undefined if it is removed.
 */
export function pruneLockFile(
  text: string,
  manifestOf: (workspace: string) => Manifest | undefined,
): string {
  const lock = JSON.parse(text) as { readonly packages: Packages };
  const packages = Object.fromEntries(
    Object.entries(lock.packages).flatMap(([path, locked]) =>
      workspaceOf(path, locked, manifestOf),
    ),
  );
  const needed = neededFrom(packages);
  const kept = Object.entries(packages).filter(([path]) => needed.has(path));
  return `${JSON.stringify({ ...lock, packages: Object.fromEntries(kept) }, null, 2)}\n`;
}

const isInstalled = (path: string) => /(^|\/)node_modules\//.test(path);

function workspaceOf(
  path: string,
  locked: LockedPackage,
  manifestOf: (workspace: string) => Manifest | undefined,
): [string, LockedPackage][] {
  if (isInstalled(path)) return [[path, locked]];
  const manifest = manifestOf(path);
  if (manifest === undefined) return [];
  const { dependencies, devDependencies } = manifest;
  const members = { dependencies, devDependencies };
  const changed = Object.entries(locked).map(([name, value]) => [
    name,
    name in members ? members[name as keyof typeof members] : (value as unknown),
  ]);
  return [[path, Object.fromEntries(changed) as LockedPackage]];
}

/** All that can be reached from the workspaces, found the way that Node.js looks for packages. */
function neededFrom(packages: Packages): ReadonlySet<string> {
  const needed = new Set<string>();
  const open = Object.keys(packages).filter((path) => !isInstalled(path));
  // The links to workspaces that are there are needed, whoever imports them.
  const workspaces = new Set(open);
  for (const [path, { link, resolved = '' }] of Object.entries(packages)) {
    if (link && workspaces.has(resolved)) open.push(path);
  }
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (needed.has(path)) continue;
    needed.add(path);
    for (const name of dependenciesOf(packages[path])) {
      const found = resolve(packages, path, name);
      if (found !== undefined) open.push(found);
    }
  }
  return needed;
}

function dependenciesOf(locked: LockedPackage | undefined): string[] {
  return Object.keys({
    ...locked?.dependencies,
    ...locked?.devDependencies,
    ...locked?.optionalDependencies,
    ...locked?.peerDependencies,
  });
}

function resolve(packages: Packages, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = parentOf(folder)) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in packages) return path;
    if (folder === '') return undefined;
  }
}

/** The folder in whose `node_modules` a package lies, or the one above a workspace. */
function parentOf(path: string): string {
  const end = path.lastIndexOf('/node_modules/');
  return end < 0 ? '' : path.slice(0, end);
}
