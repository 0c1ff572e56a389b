import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ClientEntity } from './client.entity.js';
import { ClientRegistry } from './client.registry.js';
import { TypeOrmClientRegistry } from './typeorm-client.registry.js';

@Module({
  imports: [TypeOrmModule.forFeature([ClientEntity])],
  providers: [{ provide: ClientRegistry, useClass: TypeOrmClientRegistry }],
  exports: [ClientRegistry],
})
export class ClientsModule {}
