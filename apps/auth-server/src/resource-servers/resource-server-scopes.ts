import { In, type EntityManager } from 'typeorm';
import type { ResourceServerEntity } from './resource-server.entity.js';
import type { ScopeMetadata } from './resource-server-metadata.js';
import { scopesInUse } from './resource-server-problems.js';
import { ScopeEntity } from './scope.entity.js';

/**
 * Gives a resource server exactly these scopes.
 *
 * @returns whether that changes anything.
 * @throws Problem 409 if a client holds one that would be removed.
 * @throws QueryFailedError if one belongs to another resource server.
 */
export async function replaceScopes(
  manager: EntityManager,
  server: Pick<ResourceServerEntity, 'name' | 'scopes'>,
  wanted: readonly ScopeMetadata[],
): Promise<boolean> {
  const held = new Map(server.scopes.map(({ name, description }) => [name, description]));
  const names = new Set(wanted.map(({ name }) => name));
  const removed = [...held.keys()].filter((name) => !names.has(name));
  const added = wanted.filter(({ name }) => !held.has(name));
  const described = wanted.filter(
    ({ name, description }) => held.has(name) && held.get(name) !== description,
  );
  await removeScopes(manager, removed);
  await manager.insert(
    ScopeEntity,
    added.map((scope) => ({ ...scope, resourceServerName: server.name })),
  );
  for (const { name, description } of described) {
    await manager.update(ScopeEntity, { name }, { description });
  }
  return removed.length + added.length + described.length > 0;
}

async function removeScopes(manager: EntityManager, names: readonly string[]): Promise<void> {
  // Once they are locked, no client can be given one any more.
  await manager.query('SELECT FROM scope WHERE name = ANY($1) ORDER BY name FOR UPDATE', [names]);
  const holders = await manager.query<{ scope: string; count: number }[]>(
    `SELECT scope, count(*)::int AS count FROM client_scope WHERE scope = ANY($1)
     GROUP BY scope ORDER BY scope`,
    [names],
  );
  if (holders.length > 0) throw scopesInUse(holders);
  await manager.delete(ScopeEntity, { name: In([...names]) });
}
