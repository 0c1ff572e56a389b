import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { AccessTokenGuard } from './bearer/access-token.guard.js';
import { BearerStrategy } from './bearer/bearer.strategy.js';
import { GuardsOptions, type GuardsModuleOptions } from './guards-options.js';
import { IssuerKeys } from './keys/issuer-keys.js';
import { protectedResourceMetadataController } from './metadata/protected-resource-metadata.controller.js';
import { AccessTokenVerifier } from './verification/access-token-verifier.js';

/** Protects an application: once imported, every route that is not `@Public()` needs an access token. */
@Module({})
export class GuardsModule {
  static forRoot(moduleOptions: GuardsModuleOptions): DynamicModule {
    const options = new GuardsOptions(moduleOptions);
    const keys = new IssuerKeys({ ...options, fetch, now: Date.now });
    const verifier = new AccessTokenVerifier(options, keys, Date.now);
    return {
      module: GuardsModule,
      imports: [PassportModule],
      controllers: [protectedResourceMetadataController(moduleOptions.resource)],
      providers: [
        { provide: GuardsOptions, useValue: options },
        { provide: IssuerKeys, useValue: keys },
        { provide: AccessTokenVerifier, useValue: verifier },
        BearerStrategy,
        { provide: APP_GUARD, useClass: AccessTokenGuard },
      ],
      exports: [IssuerKeys],
    };
  }
}
