import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { inGoodTime } from '../database/in-good-time.js';

/** What revocations know a token by. */
export interface IssuedToken {
  /** `jti`. */
  readonly tokenId: string;
  readonly clientId: string;
  /** `iat`, in seconds since the epoch. */
  readonly issuedAt: number;
}

/** What is stored of a token that is revoked: nothing that could be used as one. */
export interface RevokedToken extends Pick<IssuedToken, 'tokenId' | 'clientId'> {
  /** `aud`. */
  readonly audience: string;
  /** `exp`, in seconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * SQL for the whole second from which on a client's tokens are good. One that is registered under the name of a
 * deleted client gets such a line at once, by a trigger.
 */
export const CLIENT_TOKENS_VALID_FROM = `coalesce(client.tokens_valid_from, to_timestamp(0))`;

const IS_GOOD = `
  SELECT EXISTS (
    SELECT FROM client
    WHERE client_id = $1
      AND NOT disabled
      AND to_timestamp($2) >= ${CLIENT_TOKENS_VALID_FROM}
      AND NOT EXISTS (SELECT FROM revoked_token WHERE jti = $3)
  ) AS good`;

/** For how long a token past its end may still be taken by a server whose clock is behind, amply. */
export const KEPT_SECONDS = 300;

/**
 * What has been revoked, as the database has it: a token by its `jti`, all of a client's tokens by its
 * `tokens_valid_from`. Nothing of it is kept in memory, so that it is known to all replicas at once (see
 * decision record 0019).
 */
@Injectable()
export class TokenRevocations {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Whether a token that is good in itself is no longer so: because it was revoked, or all of its client's
   * tokens were, or because the client is disabled or deleted.
   */
  async isRevoked({ tokenId, clientId, issuedAt }: IssuedToken): Promise<boolean> {
    const [row] = await inGoodTime(
      this.dataSource.query<{ good: boolean }[]>(IS_GOOD, [clientId, issuedAt, tokenId]),
    );
    return row?.good !== true;
  }

  /** @returns whether it was not revoked before. */
  async revoke(
    manager: EntityManager,
    { tokenId, clientId, audience, expiresAt }: RevokedToken,
  ): Promise<boolean> {
    const added = await manager.query<unknown[]>(
      `INSERT INTO revoked_token (jti, client_id, audience, expires_at)
       VALUES ($1, $2, $3, to_timestamp($4))
       ON CONFLICT DO NOTHING
       RETURNING jti`,
      [tokenId, clientId, audience, expiresAt],
    );
    return added.length > 0;
  }

  /**
   * Deletes revocations of tokens that have expired by any clock.
   *
   * @param limit how many at most.
   * @returns how many were deleted.
   */
  async deleteExpired(limit: number): Promise<number> {
    const [, deleted] = await this.dataSource.query<[unknown[], number]>(
      `DELETE FROM revoked_token WHERE jti IN (
         SELECT jti FROM revoked_token
         WHERE expires_at < now() - make_interval(secs => $1)
         LIMIT $2 FOR UPDATE SKIP LOCKED
       )`,
      [KEPT_SECONDS, limit],
    );
    return deleted;
  }
}
