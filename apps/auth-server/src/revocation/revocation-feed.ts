import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { inGoodTime } from '../database/in-good-time.js';
import { LONGEST_ACCESS_TOKEN_LIFETIME_SECONDS } from '../auth-server.settings.js';
import { CLIENT_TOKENS_VALID_FROM, KEPT_SECONDS } from './token-revocations.js';

/** A client whose tokens are revoked all at once. */
export interface RevokedClient {
  readonly client_id: string;
  /** Those with an earlier `iat`, in seconds since the epoch, are; where this is not there, all of them. */
  readonly issued_before?: number;
}

/** What a resource server needs to tell revoked tokens by itself: whatever is not in it is not revoked. */
export interface RevocationList {
  /** For which `aud` this is true. */
  readonly audiences: readonly string[];
  /** The `jti` of each token that is revoked by itself. */
  readonly revoked_tokens: readonly string[];
  readonly revoked_clients: readonly RevokedClient[];
}

/**
 * How many entries a list has at most. A jti takes 39 bytes of it, so that a full one, which every replica of
 * every API fetches each few seconds, has a megabyte.
 */
const MOST_ENTRIES = 20_000;

/** For how long after all tokens of a client were revoked one of them may still be taken, amply. */
const CLIENT_KEPT_SECONDS = LONGEST_ACCESS_TOKEN_LIFETIME_SECONDS + KEPT_SECONDS;

// One statement sees one state of the database, and all of it: whatever was committed before it began. What
// is true of a client is read from the client itself, so that it is the same for whoever asks about a token.
const LIST = `
  WITH revoked_client AS (
    SELECT client_id,
      CASE WHEN NOT client.disabled THEN extract(epoch FROM ${CLIENT_TOKENS_VALID_FROM})::int8 END
        AS issued_before
    FROM client_revocation LEFT JOIN client USING (client_id)
    WHERE revoked_at > now() - make_interval(secs => $1)
    LIMIT $4
  ), token AS (
    SELECT jti FROM revoked_token
    WHERE expires_at > now() - make_interval(secs => $2)
      AND (audience = ANY ($3) OR audience IS NULL)
      AND client_id NOT IN (SELECT client_id FROM revoked_client WHERE issued_before IS NULL)
    LIMIT $4
  )
  SELECT
    ARRAY(SELECT jti FROM token) AS tokens,
    ARRAY(SELECT jsonb_strip_nulls(to_jsonb(revoked_client)) FROM revoked_client) AS clients`;

/** What has been revoked, as a whole, for resource servers that do not ask about each token. */
@Injectable()
export class RevocationFeed {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Lists what is revoked of the tokens for some audiences, and of all clients. A client that is disabled or
   * deleted stands for all its tokens.
   *
   * @returns undefined if it is more than a list may have. It is never a part of it.
   */
  async list(audiences: readonly string[]): Promise<RevocationList | undefined> {
    const [row] = await inGoodTime(
      this.dataSource.query<[{ tokens: string[]; clients: RevokedClient[] }]>(LIST, [
        CLIENT_KEPT_SECONDS,
        KEPT_SECONDS,
        audiences,
        MOST_ENTRIES + 1,
      ]),
    );
    const { tokens, clients } = row;
    if (tokens.length + clients.length > MOST_ENTRIES) return undefined;
    return { audiences, revoked_tokens: tokens, revoked_clients: clients };
  }

  /**
   * Forgets which clients' tokens were revoked once these have expired by any clock.
   *
   * @param limit how many at most.
   * @returns how many were deleted.
   */
  async deleteExpired(limit: number): Promise<number> {
    const [, deleted] = await this.dataSource.query<[unknown[], number]>(
      `DELETE FROM client_revocation WHERE client_id IN (
         SELECT client_id FROM client_revocation
         WHERE revoked_at < now() - make_interval(secs => $1)
         LIMIT $2 FOR UPDATE SKIP LOCKED
       )`,
      [CLIENT_KEPT_SECONDS, limit],
    );
    return deleted;
  }
}
