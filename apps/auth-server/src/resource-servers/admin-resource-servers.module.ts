import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { AuthServerSettings } from '../auth-server.settings.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { AdminResourceServersController } from './admin-resource-servers.controller.js';
import { ChangeResourceServer } from './change-resource-server.js';
import { DeleteResourceServer } from './delete-resource-server.js';
import { ListResourceServers } from './list-resource-servers.js';
import { RegisterResourceServer } from './register-resource-server.js';
import { ResourceServerRepository } from './resource-server.repository.js';
import { ResourceServerTransactions } from './resource-server.transactions.js';

/** The operator's view of the resource servers. To be imported only where a guard stands before it. */
@Module({})
export class AdminResourceServersModule {
  static with(settings: AuthServerSettings): DynamicModule {
    return {
      module: AdminResourceServersModule,
      imports: [AuditModule],
      controllers: [AdminResourceServersController],
      providers: [
        { provide: AuthServerSettings, useValue: settings },
        ResourceServerRepository,
        {
          provide: ResourceServerTransactions,
          inject: [DataSource, ResourceServerRepository, AuditTrail, ChangeFeed],
          useFactory: (
            dataSource: DataSource,
            servers: ResourceServerRepository,
            audit: AuditTrail,
            feed: ChangeFeed,
          ) => new ResourceServerTransactions(dataSource, servers, audit, feed, 'registry'),
        },
        ListResourceServers,
        RegisterResourceServer,
        ChangeResourceServer,
        DeleteResourceServer,
      ],
    };
  }
}
