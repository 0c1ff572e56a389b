import { Module } from '@nestjs/common';
import { IdempotencyKeySweeper } from './idempotency-key.sweeper.js';
import { IdempotentOperations } from './idempotent-operations.js';

@Module({
  providers: [IdempotentOperations, IdempotencyKeySweeper],
  exports: [IdempotentOperations],
})
export class IdempotencyModule {}
