import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { ClientEntity } from './client.entity.js';
import { ClientRegistry } from './client.registry.js';
import type { RegisteredClient } from './registered-client.js';

/** Looks clients up in the database. */
@Injectable()
export class TypeOrmClientRegistry extends ClientRegistry {
  constructor(@InjectRepository(ClientEntity) private readonly clients: Repository<ClientEntity>) {
    super();
  }

  async find(clientId: string): Promise<RegisteredClient | undefined> {
    const [client] = await this.clients.find({
      where: { clientId },
      relations: { secrets: true, scopes: { resourceServer: true } },
    });
    return client && toRegisteredClient(client, new Date());
  }
}

function toRegisteredClient(client: ClientEntity, now: Date): RegisteredClient {
  const { clientId, authMethod, grantTypes, disabled, secrets, scopes } = client;
  return {
    clientId,
    authMethod,
    grantTypes,
    disabled,
    secretDigests: secrets
      .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
      .map(({ digest }) => digest),
    scopes: scopes.map(({ name, resourceServer }) => ({
      name,
      resource: resourceServer.identifier,
    })),
  };
}
