import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace/root.ts';

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

function manifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(WORKSPACE_ROOT, folder, 'package.json'), 'utf8')) as Manifest;
}

/** The packages that a lib's own code, its tests aside, imports. */
function importedBy(lib: string): string[] {
  const files = globSync(`libs/${lib}/src/**/*.ts`, { cwd: WORKSPACE_ROOT });
  return files
    .filter((file) => !file.endsWith('.spec.ts'))
    .map((file) => ts.preProcessFile(readFileSync(join(WORKSPACE_ROOT, file), 'utf8')))
    .flatMap(({ importedFiles }) => importedFiles.map(({ fileName }) => fileName))
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
}

/** The packages that a package cannot do without and leaves to others to install. */
function requiredPeers(name: string): string[] {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest(`node_modules/${name}`);
  return Object.keys(peerDependencies).filter((peer) => !peerDependenciesMeta[peer]?.optional);
}

describe('the manifest of', () => {
  it.each(['guards', 'client-credentials', 'token-issuance', 'orders-contract'])(
    '%s names what its code imports, with the peers of that, and nothing else',
    (lib) => {
      const { dependencies = {}, peerDependencies = {} } = manifest(`libs/${lib}`);
      const needed = new Set(importedBy(lib));
      // A set that grows while it is walked is walked to its new end.
      for (const name of needed) requiredPeers(name).forEach((peer) => needed.add(peer));

      expect(Object.keys({ ...dependencies, ...peerDependencies }).toSorted()).toEqual(
        [...needed].toSorted(),
      );
    },
  );
});
