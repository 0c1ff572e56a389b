import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTree } from '@nx/devkit/testing';
import { expect, it } from 'vitest';
import { RESOURCE_SERVERS } from '../../local-system/resource-servers.ts';
import type { ResourceServer } from '../../local-system/resource-servers.ts';
import { repositoryFiles } from '../../docs/markdown.ts';
import { WORKSPACE_ROOT } from '../../workspace/root.ts';
import { addScope } from './add-scope.ts';

const SERVERS: Readonly<Record<string, ResourceServer>> = RESOURCE_SERVERS;
const [audience = ''] = Object.keys(SERVERS).filter((name) => name !== 'auth-server');
const REGISTRY = 'deploy/kubernetes/overlays/production/registry.json';

it('is added behind others, whatever their descriptions say', () => {
  const tree = createTree();
  const files =
    '{deploy/**/*.json,docs/scopes.md,tools/**/*.ts,apps/*/src/**/*.ts,libs/*/src/**/*.ts}';
  for (const file of repositoryFiles(files)) {
    tree.write(file, readFileSync(join(WORKSPACE_ROOT, file)));
  }
  const described = ['Cancel [beta] ones', 'Say "yes", or ]', 'Give \\" back'];

  for (const [index, description] of described.entries()) {
    addScope(tree, audience, `things:act${index}`, description);
  }

  const registry = JSON.parse(tree.read(REGISTRY, 'utf8') ?? '') as {
    resource_servers: { name: string; scopes: { description: string }[] }[];
  };
  const scopes = registry.resource_servers.find(({ name }) => name === audience)?.scopes ?? [];
  expect(scopes.slice(-described.length).map(({ description }) => description)).toEqual(described);
});
