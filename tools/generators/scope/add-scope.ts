import type { Tree } from '@nx/devkit';
import { RESOURCE_SERVERS } from '../../local-system/resource-servers.ts';
import type { ResourceServer } from '../../local-system/resource-servers.ts';
import { addAfterLast, addToBlock, edit, replaceFirst } from '../app/text-edits.ts';

const REGISTRIES = ['laptop', 'production'].map(
  (overlay) => `deploy/kubernetes/overlays/${overlay}/registry.json`,
);

/** What the page of the flow says of scopes; not there in a copy without the sample. */
const FLOW_PAGE_SCOPES = 'tools/flow-page/explain/scopes.ts';

/** Adds a scope to all places that name those of an API. */
export function addScope(tree: Tree, audience: string, scope: string, description: string): void {
  const entry = `${quoted(scope)}: ${quoted(description)},`;
  edit(tree, 'tools/local-system/resource-servers.ts', (text) =>
    addToBlock(
      text,
      ['export const RESOURCE_SERVERS = {', `'${audience}': {`, 'scopes: {'],
      `      ${entry}`,
    ),
  );
  edit(tree, scopesFileOf(audience), (text) => {
    const [opening = 'export const'] = /^export const \w+ = \{$/m.exec(text) ?? [];
    return addToBlock(text, [opening], `  ${entry}`);
  });
  for (const registry of REGISTRIES) {
    edit(tree, registry, (text) => addToRegistry(text, audience, scope, description));
  }
  if (tree.exists(FLOW_PAGE_SCOPES)) {
    edit(tree, FLOW_PAGE_SCOPES, (text) =>
      addToBlock(
        text,
        ['const SCOPE_MEANINGS: Readonly<Record<string, string>> = {'],
        `  ${entry}`,
      ),
    );
  }
  if (audience === 'orders-api') addToRealm(tree, scope, description);
  edit(tree, 'docs/scopes.md', (text) =>
    addAfterLast(text, /^\| `/, `| \`${scope}\` | ${audience} | ${description} |`),
  );
}

function scopesFileOf(audience: string): string {
  const servers: Readonly<Record<string, ResourceServer>> = RESOURCE_SERVERS;
  const file = servers[audience]?.scopesFile;
  if (file === undefined) throw new Error(`the scopes of ${audience} are in no file that is known`);
  return file;
}

function addToRegistry(text: string, audience: string, scope: string, description: string): string {
  const entry = `{ "name": ${JSON.stringify(scope)}, "description": ${JSON.stringify(description)} }`;
  // Its end is not a bracket within a description.
  const list = new RegExp(
    String.raw`"name": "${audience}",\s+"scopes": \[(?:[^"\]]|"(?:[^"\\]|\\.)*")*?(?=\s*\])`,
  );
  return replaceFirst(text, list, (found) => `${found},\n${entry}`);
}

/** The realm of the Keycloak profile is another issuer for the orders API. */
function addToRealm(tree: Tree, scope: string, description: string): void {
  const entry = `{
    "name": ${JSON.stringify(scope)},
    "description": ${JSON.stringify(description)},
    "protocol": "openid-connect",
    "attributes": { "include.in.token.scope": "true", "display.on.consent.screen": "false" }
  }`;
  edit(tree, 'deploy/keycloak/orders-realm.json', (text) =>
    replaceFirst(text, /(?=\s*\],\s*"clients": \[)/, () => `,\n${entry}`),
  );
}

const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
