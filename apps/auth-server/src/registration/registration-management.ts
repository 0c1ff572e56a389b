import { Injectable } from '@nestjs/common';
import { entityTag, Precondition } from '../admin/precondition.js';
import type { ChangeTarget } from '../admin/versioned.transactions.js';
import { ChangeClient } from '../clients/change-client.js';
import { ClientEntity } from '../clients/client.entity.js';
import { ClientRepository } from '../clients/client.repository.js';
import { scopesOf } from '../clients/client-representation.js';
import { matchingSecret } from '../clients/client-secret.js';
import { ClientTransactions, type ClientAndSecret } from '../clients/client.transactions.js';
import type { RegisteredCaller } from './registered-caller.js';
import { invalidClientMetadata } from './registration-error.js';
import { scopeWithin, type UpdateRequest } from './registration-metadata.js';

/** What a client does with its own registration (RFC 7592 2). */
@Injectable()
export class RegistrationManagement {
  constructor(
    private readonly clients: ClientRepository,
    private readonly changeClient: ChangeClient,
    private readonly transactions: ClientTransactions,
  ) {}

  async read({ client }: RegisteredCaller): Promise<ClientEntity> {
    return this.clients.find(client.clientId);
  }

  /**
   * Replaces what is registered. A client gets no scope that it does not hold: what an operator has taken
   * from it would come back otherwise.
   *
   * @throws RegistrationError for another client's `client_id` or `client_secret` or a scope it does not hold;
   *   Problem 412 if somebody else changes the client at the same time.
   */
  async update(caller: RegisteredCaller, request: UpdateRequest): Promise<ClientAndSecret> {
    const client = await this.read(caller);
    refuseOthersCredentials(client, request);
    return this.changeClient.change(ownRegistration(caller), {
      client_name: request.client_name ?? client.clientId,
      token_endpoint_auth_method: request.token_endpoint_auth_method,
      grant_types: request.grant_types,
      scope: scopeWithin(scopesOf(client), request.scope),
      jwks: request.jwks ?? null,
      jwks_uri: request.jwks_uri ?? null,
    });
  }

  /** Deletes the client, with which its tokens are revoked. */
  async delete(caller: RegisteredCaller): Promise<void> {
    await this.transactions.delete(ownRegistration(caller), async ({ clientId }, transaction) => {
      await transaction.manager.delete(ClientEntity, { clientId });
      transaction.record('client.deleted', 'a client deleted its registration');
    });
  }
}

// As of the version whose token was checked: it may have been disabled meanwhile.
function ownRegistration({ client: { clientId, version } }: RegisteredCaller): ChangeTarget {
  const precondition = Precondition.fromIfMatch(entityTag(version));
  return { key: clientId, actor: clientId, precondition };
}

function refuseOthersCredentials(client: ClientEntity, request: UpdateRequest): void {
  if (request.client_id !== client.clientId) {
    throw invalidClientMetadata('client_id must be that of the client');
  }
  if (request.client_secret === undefined) return;
  const secrets = client.secrets.map(({ secretId, digest, expiresAt }) => ({
    secretId,
    digest,
    expiresAt: expiresAt?.getTime() ?? Infinity,
  }));
  if (!matchingSecret(request.client_secret, secrets, Date.now())) {
    throw invalidClientMetadata('client_secret must be that of the client: it cannot be chosen');
  }
}
