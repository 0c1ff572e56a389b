import { Module, type DynamicModule } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ClientAuthenticationModule } from '../client-authentication/client-authentication.module.js';
import { RevocationFeedController } from './revocation-feed.controller.js';
import { RevocationController } from './revocation.controller.js';
import { RevokedTokensModule } from './revoked-tokens.module.js';
import { TokenRevocation } from './token-revocation.js';

@Module({})
export class RevocationModule {
  static with(verification: DynamicModule): DynamicModule {
    return {
      module: RevocationModule,
      imports: [AuditModule, ClientAuthenticationModule, RevokedTokensModule, verification],
      controllers: [RevocationController, RevocationFeedController],
      providers: [TokenRevocation],
    };
  }
}
