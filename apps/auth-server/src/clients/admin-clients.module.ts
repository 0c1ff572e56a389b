import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { AuthServerSettings } from '../auth-server.settings.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { RevokedTokensModule } from '../revocation/revoked-tokens.module.js';
import { AdminClientsController } from './admin-clients.controller.js';
import { ChangeClient } from './change-client.js';
import { ClientRepository } from './client.repository.js';
import { ClientTransactions } from './client.transactions.js';
import { DeleteClient } from './delete-client.js';
import { EndSecret } from './end-secret.js';
import { ListClients } from './list-clients.js';
import { RegisterClient } from './register-client.js';
import { RevokeTokens } from './revoke-tokens.js';
import { RotateSecret } from './rotate-secret.js';

/** The operator's view of the clients. To be imported only where a guard stands before it. */
@Module({})
export class AdminClientsModule {
  static with(settings: AuthServerSettings): DynamicModule {
    return {
      module: AdminClientsModule,
      imports: [AuditModule, RevokedTokensModule],
      controllers: [AdminClientsController],
      providers: [
        { provide: AuthServerSettings, useValue: settings },
        ClientRepository,
        {
          provide: ClientTransactions,
          inject: [DataSource, ClientRepository, AuditTrail, ChangeFeed],
          useFactory: (
            dataSource: DataSource,
            clients: ClientRepository,
            audit: AuditTrail,
            feed: ChangeFeed,
          ) => new ClientTransactions(dataSource, clients, audit, feed, 'client'),
        },
        ListClients,
        RegisterClient,
        ChangeClient,
        DeleteClient,
        RotateSecret,
        EndSecret,
        RevokeTokens,
      ],
      exports: [ClientRepository, ClientTransactions, RegisterClient, ChangeClient],
    };
  }
}
