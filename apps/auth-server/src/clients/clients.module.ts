import { Module } from '@nestjs/common';
import { ClientRegistry } from './client.registry.js';
import { SecretUsage } from './secret-usage.js';
import { TypeOrmClientRegistry } from './typeorm-client.registry.js';

@Module({
  providers: [{ provide: ClientRegistry, useClass: TypeOrmClientRegistry }, SecretUsage],
  exports: [ClientRegistry, SecretUsage],
})
export class ClientsModule {}
