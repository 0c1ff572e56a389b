import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import type { VersionedRepository } from '../admin/versioned.transactions.js';
import { ResourceServerEntity } from './resource-server.entity.js';
import { resourceServerNotFound } from './resource-server-problems.js';

/** Reads resource servers with their scopes and the clients that may introspect for them. */
@Injectable()
export class ResourceServerRepository implements VersionedRepository<ResourceServerEntity> {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * @param manager of a transaction whose changes are to be seen.
   * @throws Problem 404
   */
  async find(
    name: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<ResourceServerEntity> {
    const server = await resourceServers(manager).where('server.name = :name', { name }).getOne();
    if (!server) throw resourceServerNotFound();
    return server;
  }

  /** Up to `limit` resource servers, by their name, that come after the given one. */
  async list(afterName: string | undefined, limit: number): Promise<ResourceServerEntity[]> {
    const query = resourceServers(this.dataSource.manager).orderBy('server.name').take(limit);
    if (afterName !== undefined) query.where('server.name > :afterName', { afterName });
    return query.getMany();
  }

  async lock(name: string, manager: EntityManager): Promise<number> {
    const lock = { mode: 'for_no_key_update' as const };
    const server = await manager.findOne(ResourceServerEntity, { where: { name }, lock });
    if (!server) throw resourceServerNotFound();
    return server.version;
  }

  async countChange(name: string, actor: string, manager: EntityManager): Promise<void> {
    await manager.update(
      ResourceServerEntity,
      { name },
      { version: () => 'version + 1', updatedAt: () => 'clock_timestamp()', updatedBy: actor },
    );
  }
}

function resourceServers(manager: EntityManager): SelectQueryBuilder<ResourceServerEntity> {
  return manager
    .createQueryBuilder(ResourceServerEntity, 'server')
    .leftJoinAndSelect('server.scopes', 'scope')
    .leftJoin('server.introspectionClients', 'client')
    .addSelect('client.clientId');
}
