import { Module, type DynamicModule } from '@nestjs/common';
import { AdminKeysController } from './admin-keys.controller.js';

/** The operator's view of the signing keys. To be imported only where a guard stands before it. */
@Module({})
export class AdminKeysModule {
  static with(keys: DynamicModule): DynamicModule {
    return { module: AdminKeysModule, imports: [keys], controllers: [AdminKeysController] };
  }
}
