import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ClientsModule } from '../clients/clients.module.js';
import { ClientAuthenticator } from './client.authenticator.js';
import { UsedAssertions } from './used-assertions.js';

@Module({
  imports: [AuditModule, ClientsModule],
  providers: [ClientAuthenticator, UsedAssertions],
  exports: [ClientAuthenticator, UsedAssertions],
})
export class ClientAuthenticationModule {}
