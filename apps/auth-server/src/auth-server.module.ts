import { databaseModule, DatabaseMetrics, DatabaseReadiness } from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { RouterModule } from '@nestjs/core';
import { adminGuard } from './admin/admin-guard.js';
import { AuthServerSettings } from './auth-server.settings.js';
import { ChangesModule } from './changes/changes.module.js';
import { AssertionsModule } from './client-authentication/assertions.module.js';
import { AdminClientsModule } from './clients/admin-clients.module.js';
import type { AuthServerConfiguration } from './configuration.js';
import { authDatabase } from './database/auth-database.js';
import { IntrospectionModule } from './introspection/introspection.module.js';
import { AdminKeysModule } from './keys/admin-keys.module.js';
import { KeyEncryptionKeys } from './keys/key-encryption-keys.js';
import { KeysModule } from './keys/keys.module.js';
import { SigningKeySettings } from './keys/signing-key.settings.js';
import { metadataController } from './metadata/metadata.controller.js';
import { RegistrationModule } from './registration/registration.module.js';
import { RegistrationSettings } from './registration/registration.settings.js';
import { AdminResourceServersModule } from './resource-servers/admin-resource-servers.module.js';
import { RevocationModule } from './revocation/revocation.module.js';
import { SweepingModule } from './sweeping/sweeping.module.js';
import { ThrottlingModule } from './throttling/throttling.module.js';
import { TokenVerificationModule } from './token-verification/token-verification.module.js';
import { TokenModule } from './token/token.module.js';

@Module({})
export class AuthServerModule {
  static forRoot(configuration: AuthServerConfiguration): DynamicModule {
    const issuer = configuration.OAUTH_ISSUER;
    const settings = new AuthServerSettings(issuer, configuration.ACCESS_TOKEN_LIFETIME_SECONDS);
    const keys = keysModule(configuration);
    const clients = AdminClientsModule.with(settings);
    const registration = registrationModules(configuration, clients);
    const verification = TokenVerificationModule.with(issuer, keys);
    const endpoints = [
      TokenModule,
      IntrospectionModule,
      RevocationModule,
      KeysModule,
      AdminKeysModule,
      AdminClientsModule,
      AdminResourceServersModule,
      ...registration.map(({ module }) => module),
    ];
    return {
      module: AuthServerModule,
      imports: [
        databaseModule({ ...authDatabase, url: configuration.AUTH_DATABASE_URL }),
        ChangesModule.with(configuration.AUTH_DATABASE_URL),
        ThrottlingModule.with(configuration.CLIENT_AUTHENTICATION_FAILURES_PER_MINUTE),
        AssertionsModule.with({
          issuer,
          privateJwksUris: configuration.CLIENT_JWKS_URI_PRIVATE_ADDRESSES === 'allowed',
        }),
        keys,
        TokenModule.with(settings, keys),
        IntrospectionModule.with(issuer, keys, verification),
        RevocationModule.with(verification),
        adminGuard(issuer, keys),
        AdminKeysModule.with(keys),
        clients,
        ...registration,
        AdminResourceServersModule.with(settings),
        SweepingModule.with(
          {
            intervalSeconds: configuration.AUTH_SWEEP_INTERVAL_SECONDS,
            auditRetentionDays: configuration.AUDIT_RETENTION_DAYS,
          },
          keys,
        ),
        RouterModule.register(
          endpoints.map((module) => ({ path: new URL(issuer).pathname, module })),
        ),
      ],
      controllers: [
        metadataController(issuer, configuration.SIGNING_KEY_ALGORITHM, registration.length > 0),
      ],
      providers: [DatabaseReadiness, DatabaseMetrics],
    };
  }
}

/** None unless dynamic registration is turned on. */
function registrationModules(
  { OAUTH_ISSUER, DYNAMIC_REGISTRATION_SCOPES: scopes }: AuthServerConfiguration,
  clients: DynamicModule,
): DynamicModule[] {
  if (!scopes) return [];
  return [RegistrationModule.with(new RegistrationSettings(OAUTH_ISSUER, scopes), clients)];
}

function keysModule(configuration: AuthServerConfiguration): DynamicModule {
  const settings = new SigningKeySettings(
    configuration.SIGNING_KEY_ALGORITHM,
    configuration.SIGNING_KEY_ROTATION_SECONDS,
    configuration.SIGNING_KEY_ANNOUNCEMENT_SECONDS,
  );
  const keyEncryptionKeys = new KeyEncryptionKeys(
    configuration.AUTH_KEY_ENCRYPTION_KEY,
    configuration.AUTH_KEY_ENCRYPTION_KEY_PREVIOUS,
  );
  return KeysModule.with(settings, keyEncryptionKeys);
}
