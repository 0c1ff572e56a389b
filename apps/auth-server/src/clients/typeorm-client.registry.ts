import { Injectable } from '@nestjs/common';
import type { JSONWebKeySet } from 'jose';
import { LRUCache } from 'lru-cache';
import { DataSource } from 'typeorm';
import { ChangeFeed } from '../changes/change-feed.js';
import { inGoodTime } from '../database/in-good-time.js';
import { ClientRegistry } from './client.registry.js';
import type { ClientAuthMethod, ClientScope, RegisteredClient } from './registered-client.js';

interface ClientRow {
  /** Whether there is such a client. */
  readonly known: boolean;
  readonly client_id: string;
  readonly token_endpoint_auth_method: ClientAuthMethod;
  readonly grant_types: string[];
  readonly disabled: boolean;
  readonly jwks: JSONWebKeySet | null;
  readonly jwks_uri: string | null;
  readonly access_token_lifetime: number | null;
  readonly tokens_valid_from: number;
  readonly secrets: { id: string; digest: string; expires_at: number | null }[];
  readonly scopes: ClientScope[];
  readonly resource_servers: string[];
}

// One statement by hand: the same by relations takes three times as long. It has a row for a client that
// does not exist too, so that looking for one takes as long as finding one.
const FIND_CLIENT = `
  SELECT client.client_id IS NOT NULL AS known, client_id, token_endpoint_auth_method, grant_types, disabled, jwks, jwks_uri, access_token_lifetime,
    coalesce(extract(epoch FROM tokens_valid_from), 0)::float8 AS tokens_valid_from,
    (
      SELECT coalesce(jsonb_agg(jsonb_build_object(
        'id', secret_id, 'digest', encode(digest, 'hex'),
        'expires_at', extract(epoch FROM expires_at) * 1000)), '[]')
      FROM client_secret
      WHERE client_secret.client_id = named.client_id
        AND (expires_at IS NULL OR expires_at > now())
    ) AS secrets,
    (
      SELECT coalesce(jsonb_agg(jsonb_build_object('name', scope.name, 'resource', identifier)), '[]')
      FROM client_scope
      JOIN scope ON scope.name = client_scope.scope
      JOIN resource_server ON resource_server.name = scope.resource_server
      WHERE client_scope.client_id = named.client_id
    ) AS scopes,
    ARRAY(
      SELECT identifier
      FROM resource_server_client
      JOIN resource_server ON resource_server.name = resource_server_client.resource_server
      WHERE resource_server_client.client_id = named.client_id
    ) AS resource_servers
  FROM (SELECT $1::text AS client_id) AS named
  LEFT JOIN client USING (client_id)`;

const REMEMBERED_CLIENTS = 10_000;

/**
 * Reads clients from the database and keeps those in use in memory, for as long as the change feed is
 * current. Unknown clients are not kept: whoever invents identifiers fills no memory.
 */
@Injectable()
export class TypeOrmClientRegistry extends ClientRegistry {
  private readonly clients = new LRUCache<string, RegisteredClient>({ max: REMEMBERED_CLIENTS });
  /** Counts what made memory outdated, so that a reading that began before is not kept. */
  private changes = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly feed: ChangeFeed,
  ) {
    super();
    feed.subscribe('client', (clientId) => this.forget(clientId));
    feed.subscribe('registry', () => this.forgetAll());
    feed.onGap(() => this.forgetAll());
  }

  remembered(clientId: string): RegisteredClient | undefined {
    return this.feed.isCurrent ? this.clients.get(clientId) : undefined;
  }

  async read(clientId: string): Promise<RegisteredClient | undefined> {
    const changesBefore = this.changes;
    const [row] = await inGoodTime(this.dataSource.query<ClientRow[]>(FIND_CLIENT, [clientId]));
    if (!row?.known) return undefined;
    const client = clientFrom(row);
    if (this.changes === changesBefore) this.clients.set(clientId, client);
    return client;
  }

  private forget(clientId: string): void {
    this.changes += 1;
    this.clients.delete(clientId);
  }

  private forgetAll(): void {
    this.changes += 1;
    this.clients.clear();
  }
}

function clientFrom(row: ClientRow): RegisteredClient {
  return {
    clientId: row.client_id,
    authMethod: row.token_endpoint_auth_method,
    grantTypes: row.grant_types,
    disabled: row.disabled,
    secrets: row.secrets.map(({ id, digest, expires_at: expiresAt }) => ({
      secretId: id,
      digest: Buffer.from(digest, 'hex'),
      expiresAt: expiresAt ?? Number.POSITIVE_INFINITY,
    })),
    jwks: row.jwks ?? undefined,
    jwksUri: row.jwks_uri ?? undefined,
    scopes: row.scopes,
    resourceServers: row.resource_servers,
    accessTokenLifetime: row.access_token_lifetime ?? undefined,
    tokensValidFrom: row.tokens_valid_from,
  };
}
