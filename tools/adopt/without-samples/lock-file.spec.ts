import { describe, expect, it } from 'vitest';
import { pruneLockFile } from './lock-file.ts';

const LOCK = {
  name: 'all',
  packages: {
    '': { name: 'all', devDependencies: { tool: '1' } },
    'apps/kept': { name: '@a/kept', dependencies: { '@a/lib': '1', shared: '1', dropped: '1' } },
    'apps/gone': { name: '@a/gone', dependencies: { shared: '1', own: '1' } },
    'apps/kept/node_modules/deep': { version: '2' },
    'libs/lib': { name: '@a/lib', peerDependencies: { peer: '1' } },
    'node_modules/@a/gone': { resolved: 'apps/gone', link: true },
    'node_modules/@a/kept': { resolved: 'apps/kept', link: true },
    'node_modules/@a/lib': { resolved: 'libs/lib', link: true },
    'node_modules/deep': { version: '1' },
    'node_modules/dropped': { version: '1' },
    'node_modules/own': { version: '1', dependencies: { deep: '1' } },
    'node_modules/peer': { version: '1', optionalDependencies: { absent: '1' } },
    'node_modules/shared': { version: '1', dependencies: { deep: '2' } },
    'node_modules/shared/node_modules/deep': { version: '2' },
    'node_modules/tool': { version: '1' },
  },
};

const MANIFESTS: Readonly<Record<string, object>> = {
  '': { devDependencies: { tool: '1' } },
  'apps/kept': { dependencies: { '@a/lib': '1', shared: '1' } },
  'libs/lib': {},
};

describe('a lock file without removed workspaces', () => {
  const text = pruneLockFile(JSON.stringify(LOCK), (workspace) => MANIFESTS[workspace]);
  const { packages } = JSON.parse(text) as { packages: Record<string, { dependencies?: object }> };

  it('has what is needed, directly or not, and nothing else', () => {
    expect(Object.keys(packages)).toEqual([
      '',
      'apps/kept',
      'libs/lib',
      'node_modules/@a/kept',
      'node_modules/@a/lib',
      'node_modules/peer',
      'node_modules/shared',
      'node_modules/shared/node_modules/deep',
      'node_modules/tool',
    ]);
  });

  it('repeats the manifests as they are then', () => {
    expect(packages['apps/kept']?.dependencies).toEqual({ '@a/lib': '1', shared: '1' });
  });

  it('is written as npm does', () => {
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
  });
});
