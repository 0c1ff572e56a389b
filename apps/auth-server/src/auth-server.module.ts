import { databaseModule, DatabaseMetrics, DatabaseReadiness } from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { AuthServerSettings } from './auth-server.settings.js';
import { ChangesModule } from './changes/changes.module.js';
import type { AuthServerConfiguration } from './configuration.js';
import { authDatabase } from './database/auth-database.js';
import { KeysModule } from './keys/keys.module.js';
import { metadataController } from './metadata/metadata.controller.js';
import { TokenModule } from './token/token.module.js';

@Module({})
export class AuthServerModule {
  static forRoot(configuration: AuthServerConfiguration): DynamicModule {
    const issuer = configuration.OAUTH_ISSUER;
    const settings = new AuthServerSettings(issuer, configuration.ACCESS_TOKEN_LIFETIME_SECONDS);
    const keys = KeysModule.with(configuration.AUTH_KEY_ENCRYPTION_KEY);
    const endpoints = [TokenModule, KeysModule];
    return {
      module: AuthServerModule,
      imports: [
        databaseModule({ ...authDatabase, url: configuration.AUTH_DATABASE_URL }),
        ChangesModule.with(configuration.AUTH_DATABASE_URL),
        keys,
        TokenModule.with(settings, keys),
        RouterModule.register(
          endpoints.map((module) => ({ path: new URL(issuer).pathname, module })),
        ),
      ],
      controllers: [metadataController(issuer)],
      providers: [DatabaseReadiness, DatabaseMetrics],
    };
  }
}
