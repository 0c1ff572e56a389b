import { EventLogger } from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { JwksController } from './jwks.controller.js';
import { KeyEncryptionKeys } from './key-encryption-keys.js';
import { SigningKeyEvents } from './signing-key.events.js';
import { SigningKeyLifecycle } from './signing-key.lifecycle.js';
import { SigningKeyReadiness } from './signing-key.readiness.js';
import { SigningKeyScheduler } from './signing-key.scheduler.js';
import { SigningKeySettings } from './signing-key.settings.js';
import { SigningKeyStore } from './signing-key.store.js';
import { SigningKeys } from './signing-keys.js';
import { SigningKeysMetrics } from './signing-keys.metrics.js';

@Module({})
export class KeysModule {
  static with(settings: SigningKeySettings, keyEncryptionKeys: KeyEncryptionKeys): DynamicModule {
    return {
      module: KeysModule,
      imports: [AuditModule],
      controllers: [JwksController],
      providers: [
        { provide: SigningKeySettings, useValue: settings },
        {
          provide: SigningKeyStore,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) => new SigningKeyStore(dataSource),
        },
        {
          provide: SigningKeys,
          inject: [SigningKeyStore, EventLogger],
          useFactory: (store: SigningKeyStore, logger: EventLogger) =>
            new SigningKeys(store, keyEncryptionKeys, settings, logger),
        },
        {
          provide: SigningKeyLifecycle,
          inject: [SigningKeyStore, SigningKeyEvents],
          useFactory: (store: SigningKeyStore, events: SigningKeyEvents) =>
            new SigningKeyLifecycle(store, keyEncryptionKeys, settings, events),
        },
        SigningKeyEvents,
        SigningKeyScheduler,
        SigningKeyReadiness,
        SigningKeysMetrics,
      ],
      exports: [SigningKeys, SigningKeyLifecycle],
    };
  }
}
