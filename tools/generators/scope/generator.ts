import { formatFiles, logger, type Tree } from '@nx/devkit';
import { RESOURCE_SERVERS } from '../../local-system/resource-servers.ts';
import type { ResourceServer } from '../../local-system/resource-servers.ts';
import { addScope } from './add-scope.ts';
import { describeScope, parseScopeName } from './scope-name.ts';
import type { ScopeName } from './scope-name.ts';

export interface ScopeOptions {
  readonly name: string;
  readonly description?: string;
  readonly audience?: string;
}

const SERVERS: Readonly<Record<string, ResourceServer>> = RESOURCE_SERVERS;

/** `nx g @m2m/tools:scope <resource>:<action>`: see schema.json. */
export default async function scopeGenerator(tree: Tree, options: ScopeOptions): Promise<void> {
  const scope = parseScopeName(options.name);
  const owner = ownerOf(scope.name);
  const audience = options.audience ?? owner ?? audienceFor(scope);
  requireAudience(audience);
  if (owner !== undefined && owner !== audience) {
    throw new Error(`${scope.name} is a scope of ${owner}: a scope has one audience`);
  }
  if (owner !== undefined) {
    logger.info(`${scope.name} is a scope of ${audience} already: nothing to do`);
    return;
  }
  const description = options.description ?? describeScope(scope);
  requireOneLine(description);
  addScope(tree, audience, scope.name, description);
  await formatFiles(tree);
  logger.info(nextSteps(scope.name, audience));
}

function ownerOf(scope: string): string | undefined {
  return Object.entries(SERVERS).find(([, { scopes }]) => scope in scopes)?.[0];
}

function audienceFor({ resource }: ScopeName): string {
  const found = Object.entries(SERVERS).find(([, { scopes }]) =>
    Object.keys(scopes).some((known) => known.startsWith(`${resource}:`)),
  );
  if (found !== undefined) return found[0];
  throw new Error(
    `no API has scopes of "${resource}" yet: name one by --audience (${audiences()})`,
  );
}

function requireAudience(audience: string): void {
  if (SERVERS[audience] === undefined) {
    throw new Error(`there is no API "${audience}": the audience is one of ${audiences()}`);
  }
  if (audience === 'auth-server') {
    throw new Error(
      'the scopes of the admin API are what its routes ask for: see apps/auth-server/src/admin/admin-scopes.ts',
    );
  }
}

// It becomes a cell of a table.
function requireOneLine(description: string): void {
  if (/^[^\p{Cc}|]+$/u.test(description)) return;
  throw new Error('a description is one line of text without "|"');
}

function audiences(): string {
  return Object.keys(SERVERS)
    .filter((name) => name !== 'auth-server')
    .join(', ');
}

function nextSteps(scope: string, audience: string): string {
  return `
${scope} is known to ${audience} and will be registered at the next start or release. What is left:
  - ask for it: @RequireScopes('${scope}') on a route of apps/${audience}
  - give it away: npm run clients -- show <client_id>, then update <client_id> --scope "… ${scope}"
  - have a worker ask for it, once its client has it: docs/scopes.md`;
}
