import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { JwksController } from './jwks.controller.js';
import { SigningKeyStore } from './signing-key.store.js';
import { SigningKeys } from './signing-keys.js';
import { SigningKeysMetrics } from './signing-keys.metrics.js';

@Module({})
export class KeysModule {
  static with(keyEncryptionKey: Buffer): DynamicModule {
    return {
      module: KeysModule,
      controllers: [JwksController],
      providers: [
        {
          provide: SigningKeyStore,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) => new SigningKeyStore(dataSource, keyEncryptionKey),
        },
        SigningKeys,
        SigningKeysMetrics,
      ],
      exports: [SigningKeys],
    };
  }
}
