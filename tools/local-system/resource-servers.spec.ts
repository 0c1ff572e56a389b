import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { RESOURCE_SERVERS } from './resource-servers.ts';
import type { ResourceServer } from './resource-servers.ts';

const read = (file: string) => readFileSync(join(WORKSPACE_ROOT, file), 'utf8');
const servers: readonly [string, ResourceServer][] = Object.entries(RESOURCE_SERVERS);

describe('the catalogue of scopes', () => {
  it.each(servers)('has the scopes that the %s knows', (_name, { scopes, scopesFile }) => {
    const known = Array.from(read(scopesFile).matchAll(/^ {2}'([^']+)': /gm), ([, name]) => name);
    expect(known).toEqual(Object.keys(scopes));
  });

  it('names each scope at one API', () => {
    const names = servers.flatMap(([, { scopes }]) => Object.keys(scopes));
    expect(names).toEqual([...new Set(names)]);
  });

  it('is what docs/scopes.md says', () => {
    const rows = Array.from(
      read('docs/scopes.md').matchAll(/^\| `([^`]+)` *\| (\S+) *\| (.+?) *\|$/gm),
      ([, scope, audience, description]) => [scope, audience, description],
    );
    const expected = servers.flatMap(([audience, { scopes }]) =>
      Object.entries(scopes).map(([scope, description]) => [scope, audience, description]),
    );
    expect(rows.toSorted()).toEqual(expected.toSorted());
  });
});
