import type { EntityManager } from 'typeorm';
import { ResourceServerEntity } from './resource-server.entity.js';
import { unknownClient } from './resource-server-problems.js';
import { introspectionClientsOf } from './resource-server-representation.js';

/**
 * Lets exactly these clients ask about tokens for a resource server.
 *
 * @returns whether that changes anything.
 * @throws Problem 422 if one of them is not registered.
 */
export async function replaceIntrospectionClients(
  manager: EntityManager,
  server: Pick<ResourceServerEntity, 'name' | 'introspectionClients'>,
  wanted: readonly string[],
): Promise<boolean> {
  const held = introspectionClientsOf(server);
  const added = wanted.filter((clientId) => !held.includes(clientId));
  const removed = held.filter((clientId) => !wanted.includes(clientId));
  await requireClients(manager, added);
  await manager
    .createQueryBuilder()
    .relation(ResourceServerEntity, 'introspectionClients')
    .of(server.name)
    .addAndRemove(added, removed);
  return added.length + removed.length > 0;
}

async function requireClients(manager: EntityManager, clientIds: readonly string[]): Promise<void> {
  // Locked, so that none of them is deleted before this is committed.
  const found = await manager.query<unknown[]>(
    'SELECT FROM client WHERE client_id = ANY($1) ORDER BY client_id FOR KEY SHARE',
    [clientIds],
  );
  if (found.length < clientIds.length) throw unknownClient();
}
