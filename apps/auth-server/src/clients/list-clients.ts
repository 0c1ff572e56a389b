import { Injectable } from '@nestjs/common';
import { keyBefore, pageOf, type Page } from '../admin/page.js';
import { clientId } from './client-id.js';
import type { ClientQuery } from './client-metadata.js';
import { representClient, type ClientRepresentation } from './client-representation.js';
import { ClientRepository } from './client.repository.js';

/** Lists clients in pages that cost the same however many clients there are. */
@Injectable()
export class ListClients {
  constructor(private readonly clients: ClientRepository) {}

  async page({ limit, cursor, disabled, scope }: ClientQuery): Promise<Page<ClientRepresentation>> {
    const afterId = cursor === undefined ? undefined : keyBefore(cursor, clientId);
    const filter = { scope, disabled: disabled && disabled === 'true' };
    const found = await this.clients.list(filter, afterId, limit + 1);
    return pageOf(found.map(representClient), limit, (client) => client.client_id);
  }
}
