import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { ClientEntity } from './client.entity.js';
import { ClientRegistry } from './client.registry.js';
import type { ClientAuthMethod, ClientScope, RegisteredClient } from './registered-client.js';

interface ClientRow {
  readonly client_id: string;
  readonly token_endpoint_auth_method: ClientAuthMethod;
  readonly grant_types: string[];
  readonly disabled: boolean;
  readonly secret_digests: Buffer[];
  readonly scopes: ClientScope[];
}

// One statement by hand: the same by relations takes three times as long, on every token request.
const FIND_CLIENT = `
  SELECT client_id, token_endpoint_auth_method, grant_types, disabled,
    ARRAY(
      SELECT digest FROM client_secret
      WHERE client_secret.client_id = client.client_id
        AND (expires_at IS NULL OR expires_at > now())
    ) AS secret_digests,
    (
      SELECT coalesce(jsonb_agg(jsonb_build_object('name', scope.name, 'resource', identifier)), '[]')
      FROM client_scope
      JOIN scope ON scope.name = client_scope.scope
      JOIN resource_server ON resource_server.name = scope.resource_server
      WHERE client_scope.client_id = client.client_id
    ) AS scopes
  FROM client
  WHERE client_id = $1`;

/** Looks clients up in the database. */
@Injectable()
export class TypeOrmClientRegistry extends ClientRegistry {
  constructor(@InjectRepository(ClientEntity) private readonly clients: Repository<ClientEntity>) {
    super();
  }

  async find(clientId: string): Promise<RegisteredClient | undefined> {
    const [row] = await this.clients.query<ClientRow[]>(FIND_CLIENT, [clientId]);
    return (
      row && {
        clientId: row.client_id,
        authMethod: row.token_endpoint_auth_method,
        grantTypes: row.grant_types,
        disabled: row.disabled,
        secretDigests: row.secret_digests,
        scopes: row.scopes,
      }
    );
  }
}
