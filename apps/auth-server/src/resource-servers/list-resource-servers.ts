import { Injectable } from '@nestjs/common';
import { keyBefore, pageOf, type Page } from '../admin/page.js';
import { resourceServerName, type ResourceServerQuery } from './resource-server-metadata.js';
import {
  representResourceServer,
  type ResourceServerRepresentation,
} from './resource-server-representation.js';
import { ResourceServerRepository } from './resource-server.repository.js';

/** Lists resource servers in pages. */
@Injectable()
export class ListResourceServers {
  constructor(private readonly servers: ResourceServerRepository) {}

  async page({ limit, cursor }: ResourceServerQuery): Promise<Page<ResourceServerRepresentation>> {
    const afterName = cursor === undefined ? undefined : keyBefore(cursor, resourceServerName);
    const found = await this.servers.list(afterName, limit + 1);
    return pageOf(found.map(representResourceServer), limit, ({ name }) => name);
  }
}
