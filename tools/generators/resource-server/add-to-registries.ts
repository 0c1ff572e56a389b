import type { Tree } from '@nx/devkit';
import { LAPTOP, PRODUCTION } from '../app/add-to-kubernetes.ts';
import { addAfterLast, addToBlock, edit, replaceFirst } from '../app/text-edits.ts';
import { publicHostOf } from './new-service.ts';
import type { NewService } from './new-service.ts';

/** Has a resource server and its scopes registered, wherever the system is started. */
export function addToRegistries(tree: Tree, service: NewService): void {
  const { name, constant, port, scopes } = service;
  edit(tree, 'tools/local-system/resource-servers.ts', (text) =>
    addToBlock(text, ['export const RESOURCE_SERVERS = {'], catalogueEntry(service)),
  );
  for (const [scope, description] of Object.entries(scopes)) {
    edit(tree, 'docs/scopes.md', (text) =>
      addAfterLast(text, /^\| `/, `| \`${scope}\` | ${name} | ${description} |`),
    );
  }
  const urls = {
    [LAPTOP]: `http://localhost:${port}`,
    [PRODUCTION]: `https://${publicHostOf(service)}`,
  };
  for (const [overlay, url] of Object.entries(urls)) {
    edit(tree, `${overlay}/kustomization.yaml`, (text) =>
      addAfterLast(text, /^ +- \w+_(URL|ISSUER)=/, `      - ${constant}_URL=${url}`),
    );
    edit(tree, `${overlay}/registry.json`, (text) =>
      replaceFirst(text, /(?=\s*\],\s*"clients": \[)/, () => `,\n${registryEntry(service, url)}`),
    );
  }
}

function catalogueEntry({ name, constant, resources, scopes }: NewService): string {
  const entries = Object.entries(scopes).map(([scope, what]) => `      '${scope}': '${what}',`);
  return `  '${name}': {
    urlVariable: '${constant}_URL',
    scopesFile: 'apps/${name}/src/${resources}.scopes.ts',
    scopes: {
${entries.join('\n')}
    },
  },`;
}

function registryEntry({ name, scopes }: NewService, identifier: string): string {
  const entries = Object.entries(scopes).map(
    ([scope, description]) => `        { "name": "${scope}", "description": "${description}" }`,
  );
  return `    {
      "identifier": "${identifier}",
      "name": "${name}",
      "scopes": [
${entries.join(',\n')}
      ]
    }`;
}
