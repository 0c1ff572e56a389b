import type { EntityManager } from 'typeorm';
import { ClientEntity } from './client.entity.js';
import { unknownScope } from './client-problems.js';
import { scopesOf } from './client-representation.js';

/**
 * Gives a client exactly these scopes, and says which of them are new and which it has no longer.
 *
 * @throws Problem 422 if a new one is not that of any resource server.
 */
export async function replaceScopes(
  manager: EntityManager,
  client: Pick<ClientEntity, 'clientId' | 'scopes'>,
  wanted: readonly string[],
): Promise<{ granted: string[]; withdrawn: string[] }> {
  const held = scopesOf(client);
  const granted = wanted.filter((name) => !held.includes(name));
  const withdrawn = held.filter((name) => !wanted.includes(name));
  await requireScopes(manager, granted);
  await manager
    .createQueryBuilder()
    .relation(ClientEntity, 'scopes')
    .of(client.clientId)
    .addAndRemove(granted, withdrawn);
  return { granted, withdrawn };
}

async function requireScopes(manager: EntityManager, names: readonly string[]): Promise<void> {
  // Locked, so that none of them is removed before this is committed.
  const found = await manager.query<unknown[]>(
    'SELECT FROM scope WHERE name = ANY($1) ORDER BY name FOR KEY SHARE',
    [names],
  );
  if (found.length < names.length) throw unknownScope();
}
