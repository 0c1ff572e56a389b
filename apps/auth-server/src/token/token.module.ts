import { AccessTokenIssuer } from '@m2m/token-issuance';
import { Module, type DynamicModule } from '@nestjs/common';
import { AuthServerSettings } from '../auth-server.settings.js';
import { ClientAuthenticationModule } from '../client-authentication/client-authentication.module.js';
import { ClientCredentialsGrant } from './client-credentials.grant.js';
import { TokenController } from './token.controller.js';
import { TokenMetrics } from './token.metrics.js';

@Module({})
export class TokenModule {
  static with(settings: AuthServerSettings, keys: DynamicModule): DynamicModule {
    return {
      module: TokenModule,
      imports: [ClientAuthenticationModule, keys],
      controllers: [TokenController],
      providers: [
        { provide: AuthServerSettings, useValue: settings },
        { provide: AccessTokenIssuer, useValue: new AccessTokenIssuer(settings.issuer) },
        ClientCredentialsGrant,
        TokenMetrics,
      ],
    };
  }
}
