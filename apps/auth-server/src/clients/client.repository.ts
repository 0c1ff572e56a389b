import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import type { VersionedRepository } from '../admin/versioned.transactions.js';
import { ClientEntity } from './client.entity.js';
import { clientNotFound } from './client-problems.js';

/** Which clients are listed. */
export interface ClientFilter {
  readonly disabled?: boolean | undefined;
  /** Those that hold this scope. */
  readonly scope?: string | undefined;
}

/** Reads clients with the scopes they hold and the secrets that are good now. */
@Injectable()
export class ClientRepository implements VersionedRepository<ClientEntity> {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param manager of a transaction whose changes are to be seen.
   * @throws Problem 404
   */
  async find(
    clientId: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<ClientEntity> {
    const client = await clients(manager)
      .where('client.client_id = :clientId', { clientId })
      .getOne();
    if (!client) throw clientNotFound();
    return client;
  }

  /** Up to `limit` clients, by their client_id, that come after the given one. */
  async list(
    { disabled, scope }: ClientFilter,
    afterId: string | undefined,
    limit: number,
  ): Promise<ClientEntity[]> {
    const query = clients(this.dataSource.manager).orderBy('client.clientId').take(limit);
    if (afterId !== undefined) query.andWhere('client.client_id > :afterId', { afterId });
    if (disabled !== undefined) query.andWhere('client.disabled = :disabled', { disabled });
    if (scope !== undefined) {
      query.andWhere(
        'client.client_id IN (SELECT client_id FROM client_scope WHERE scope = :scope)',
        { scope },
      );
    }
    return query.getMany();
  }

  async lock(clientId: string, manager: EntityManager): Promise<number> {
    // Whoever only refers to the client, such as a resource server, need not wait.
    const lock = { mode: 'for_no_key_update' as const };
    const client = await manager.findOne(ClientEntity, { where: { clientId }, lock });
    if (!client) throw clientNotFound();
    return client.version;
  }

  async countChange(clientId: string, actor: string, manager: EntityManager): Promise<void> {
    await manager.update(
      ClientEntity,
      { clientId },
      { version: () => 'version + 1', updatedAt: () => 'clock_timestamp()', updatedBy: actor },
    );
  }
}

function clients(manager: EntityManager): SelectQueryBuilder<ClientEntity> {
  return manager
    .createQueryBuilder(ClientEntity, 'client')
    .leftJoinAndSelect('client.scopes', 'scope')
    .leftJoinAndSelect(
      'client.secrets',
      'secret',
      'secret.expires_at IS NULL OR secret.expires_at > now()',
    );
}
