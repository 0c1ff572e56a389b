import { z } from 'zod';
import type { ResourceServerEntity } from './resource-server.entity.js';

const time = z.iso.datetime();

/** A resource server, as the admin API shows it. */
export const resourceServerRepresentation = z.object({
  name: z.string(),
  /** What clients ask for as `resource`, and tokens carry as `aud`. */
  identifier: z.string(),
  scopes: z.array(z.object({ name: z.string(), description: z.string() })),
  /** The client_id of each client that may ask about tokens for it (RFC 7662). */
  introspection_clients: z.array(z.string()),
  created_at: time,
  created_by: z.string(),
  updated_at: time,
  updated_by: z.string(),
});

/** A page of resource servers; `nextCursor` is null on the last one. */
export const resourceServerPage = z.object({
  items: z.array(resourceServerRepresentation),
  nextCursor: z.string().nullable(),
});

export type ResourceServerRepresentation = z.output<typeof resourceServerRepresentation>;
export type ResourceServerPage = z.output<typeof resourceServerPage>;

export function representResourceServer(
  server: ResourceServerEntity,
): ResourceServerRepresentation {
  return {
    name: server.name,
    identifier: server.identifier,
    scopes: server.scopes
      .map(({ name, description }) => ({ name, description }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    introspection_clients: introspectionClientsOf(server),
    created_at: server.createdAt.toISOString(),
    created_by: server.createdBy,
    updated_at: server.updatedAt.toISOString(),
    updated_by: server.updatedBy,
  };
}

/** The client_id of each client that may ask about tokens for a resource server, in the order of the alphabet. */
export function introspectionClientsOf({
  introspectionClients,
}: Pick<ResourceServerEntity, 'introspectionClients'>): string[] {
  return introspectionClients.map(({ clientId }) => clientId).sort();
}
