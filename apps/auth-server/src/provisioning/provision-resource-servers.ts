import type { EntityManager } from 'typeorm';
import type { RecordProvisioned } from './provisioning-record.js';
import type { ResourceServerDocument } from './registry-document.js';

// One may have become what another one was, as addresses do that are exchanged: each is unique at every moment.
const RELEASE_IDENTIFIERS = `
  UPDATE resource_server SET identifier = 'urn:moving:' || resource_server.name
  FROM unnest($1::text[], $2::text[]) AS document (name, identifier)
  WHERE resource_server.name = document.name
    AND resource_server.identifier <> document.identifier`;

// What is as the document says is not written: whoever listens for changes hears of real ones only.
const PUT_SERVER = `
  INSERT INTO resource_server (name, identifier) VALUES ($1, $2)
  ON CONFLICT (name) DO UPDATE
  SET identifier = excluded.identifier, version = resource_server.version + 1,
    updated_at = now(), updated_by = 'provisioning'
  WHERE resource_server.identifier <> excluded.identifier
  RETURNING created_at = now() AS created`;

const PUT_SCOPE = `
  INSERT INTO scope (name, description, resource_server) VALUES ($1, $2, $3)
  ON CONFLICT (name) DO UPDATE
  SET description = excluded.description, resource_server = excluded.resource_server
  WHERE (scope.description, scope.resource_server)
    <> (excluded.description, excluded.resource_server)
  RETURNING name`;

/** Registers resource servers and their scopes, or brings them in line with the document. */
export async function provisionResourceServers(
  manager: EntityManager,
  servers: readonly ResourceServerDocument[],
  record: RecordProvisioned,
): Promise<void> {
  const names = servers.map(({ name }) => name);
  const identifiers = servers.map(({ identifier }) => identifier);
  await manager.query(RELEASE_IDENTIFIERS, [names, identifiers]);
  for (const server of servers) await provisionResourceServer(manager, server, record);
}

async function provisionResourceServer(
  manager: EntityManager,
  { name, identifier, scopes }: ResourceServerDocument,
  record: RecordProvisioned,
): Promise<void> {
  const [server] = await manager.query<{ created: boolean }[]>(PUT_SERVER, [name, identifier]);
  const changed = server && !server.created ? ['identifier'] : [];
  for (const scope of scopes) {
    const put = await manager.query<unknown[]>(PUT_SCOPE, [scope.name, scope.description, name]);
    if (put.length > 0) changed.push(`scope ${scope.name}`);
  }
  if (server?.created) {
    await record(name, 'resource_server.created', 'registered a resource server', { identifier });
  } else if (changed.length > 0) {
    await record(name, 'resource_server.changed', 'changed a resource server', { changed });
  }
}
