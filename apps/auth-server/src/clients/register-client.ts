import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ClientEntity } from './client.entity.js';
import { scopeNames, type NewClient } from './client-metadata.js';
import { clientExists } from './client-problems.js';
import { replaceScopes } from './client-scopes.js';
import { ClientSecretStore } from './client-secret.store.js';
import { ClientTransactions, type ClientAndSecret } from './client.transactions.js';

/** Registers clients. */
@Injectable()
export class RegisterClient {
  constructor(private readonly transactions: ClientTransactions) {}

  /**
   * @param actor the client_id of who asks for it.
   * @param registrationTokenDigest SHA-256 of the token by which the client may manage its registration
   *   (RFC 7592 1.2); null where it may not.
   * @throws Problem 409 if the client_id is taken, 422 for an unknown scope.
   */
  async register(
    request: NewClient,
    actor: string,
    registrationTokenDigest: Buffer | null = null,
  ): Promise<ClientAndSecret> {
    const { client_id: clientId = randomUUID() } = request;
    const { token_endpoint_auth_method: authMethod, scope } = request;
    const { thing: client, result: secret } = await this.transactions.create(
      { key: clientId, actor },
      async (transaction) => {
        const { manager } = transaction;
        await insertClient(manager, clientId, request, { actor, registrationTokenDigest });
        await replaceScopes(manager, { clientId, scopes: [] }, scopeNames(scope));
        transaction.record('client.created', 'registered a client', {
          auth_method: authMethod,
          scope,
          self_managed: registrationTokenDigest !== null,
        });
        if (authMethod === 'private_key_jwt') return undefined;
        return new ClientSecretStore(manager).issue(clientId);
      },
    );
    return { client, secret };
  }
}

async function insertClient(
  manager: EntityManager,
  clientId: string,
  request: NewClient,
  { actor, registrationTokenDigest }: { actor: string; registrationTokenDigest: Buffer | null },
): Promise<void> {
  const result = await manager
    .createQueryBuilder()
    .insert()
    .into(ClientEntity)
    .values({
      clientId,
      clientName: request.client_name ?? clientId,
      authMethod: request.token_endpoint_auth_method,
      grantTypes: request.grant_types,
      jwks: request.jwks ?? null,
      jwksUri: request.jwks_uri ?? null,
      accessTokenLifetime: request.access_token_lifetime,
      disabled: request.disabled,
      registrationTokenDigest,
      createdBy: actor,
      updatedBy: actor,
    })
    .orIgnore()
    .returning('client_id')
    .execute();
  if ((result.raw as unknown[]).length === 0) throw clientExists();
}
