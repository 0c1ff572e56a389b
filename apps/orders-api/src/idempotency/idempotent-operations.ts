import { createHash } from 'node:crypto';
import { problemCodes } from '@m2m/orders-contract';
import { Problem } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { IdempotencyKeyEntity } from './idempotency-key.entity.js';

export interface Operation {
  readonly clientId: string;
  readonly key: string;
  readonly request: object;
}

/** Carries out operations once for each idempotency key of a client, however often they are asked for. */
@Injectable()
export class IdempotentOperations {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Carries out an operation, or returns the answer it had the first time.
   *
   * The key and all that the operation changes are one transaction. Where the same key arrives twice at
   * once, the database lets the second wait for the first to end.
   *
   * @throws Problem 422 if the key came before with another request.
   */
  async once<Answer extends object>(
    operation: Operation,
    run: (manager: EntityManager) => Promise<Answer>,
  ): Promise<Answer> {
    const { clientId, key, request } = operation;
    const requestDigest = createHash('sha256').update(JSON.stringify(request)).digest();
    return this.dataSource.transaction(async (manager) => {
      const isFirst = await claim(manager, { clientId, key, requestDigest });
      if (!isFirst) return this.earlierAnswer<Answer>(manager, { clientId, key }, requestDigest);
      const answer = await run(manager);
      await manager.update(IdempotencyKeyEntity, { clientId, key }, { answer });
      return answer;
    });
  }

  private async earlierAnswer<Answer>(
    manager: EntityManager,
    key: { clientId: string; key: string },
    requestDigest: Buffer,
  ): Promise<Answer> {
    const earlier = await manager.findOneByOrFail(IdempotencyKeyEntity, key);
    if (!earlier.requestDigest.equals(requestDigest)) {
      throw new Problem(422, {
        code: problemCodes.idempotencyKeyReused,
        detail: 'This Idempotency-Key came with another request before.',
      });
    }
    return earlier.answer as Answer;
  }
}

async function claim(
  manager: EntityManager,
  row: Pick<IdempotencyKeyEntity, 'clientId' | 'key' | 'requestDigest'>,
): Promise<boolean> {
  const result = await manager
    .createQueryBuilder()
    .insert()
    .into(IdempotencyKeyEntity)
    .values(row)
    .orIgnore()
    .returning('key')
    .execute();
  return (result.raw as unknown[]).length === 1;
}
