import { VersionedTransactions } from '../admin/versioned.transactions.js';
import type { ResourceServerEntity } from './resource-server.entity.js';

/** Changes resource servers. */
export class ResourceServerTransactions extends VersionedTransactions<ResourceServerEntity> {}
