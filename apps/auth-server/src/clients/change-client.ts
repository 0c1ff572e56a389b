import { isDeepStrictEqual } from 'node:util';
import { invalidInput } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { WRITING_SCOPE } from '../admin/admin-scopes.js';
import type { ChangeTarget, RecordedTransaction } from '../admin/versioned.transactions.js';
import { ClientEntity } from './client.entity.js';
import { keyFault, scopeNames, type ClientChanges } from './client-metadata.js';
import { ownClient } from './client-problems.js';
import { scopesOf } from './client-representation.js';
import { replaceScopes } from './client-scopes.js';
import { ClientSecretStore } from './client-secret.store.js';
import { ClientTransactions, type ClientAndSecret } from './client.transactions.js';

/** What may be changed of a client besides its scopes, and what that is called in RFC 7591 2. */
const MEMBERS = {
  clientName: 'client_name',
  authMethod: 'token_endpoint_auth_method',
  grantTypes: 'grant_types',
  jwks: 'jwks',
  jwksUri: 'jwks_uri',
  accessTokenLifetime: 'access_token_lifetime',
  disabled: 'disabled',
} as const;

type Member = keyof typeof MEMBERS;
type Metadata = Pick<ClientEntity, Member>;

/** Changes clients. */
@Injectable()
export class ChangeClient {
  constructor(private readonly transactions: ClientTransactions) {}

  /**
   * Changes what is named and leaves the rest as it is.
   *
   * A client that goes over to keys of its own loses its secrets at once, and one that comes back from them
   * loses the keys and is given a secret: no client ever has two ways in.
   *
   * @throws Problem 400 for keys that do not go with the method, 404, 409 if it would shut out its caller,
   *   412, 422 for an unknown scope.
   */
  async change(target: ChangeTarget, changes: ClientChanges): Promise<ClientAndSecret> {
    const { thing: client, result: secret } = await this.transactions.change(
      target,
      async (before, transaction) => {
        const after = metadataAfter(before, changes);
        const scopes = changes.scope === undefined ? scopesOf(before) : scopeNames(changes.scope);
        if (target.actor === before.clientId) refuseShutOut(before, after, scopes);
        await changeMembers(before, after, transaction);
        await changeScopes(before, scopes, transaction);
        return changeCredentials(before, after, transaction);
      },
    );
    return { client, secret };
  }
}

function metadataAfter(before: ClientEntity, changes: ClientChanges): Metadata {
  const lifetime = changes.access_token_lifetime;
  return {
    clientName: changes.client_name ?? before.clientName,
    authMethod: changes.token_endpoint_auth_method ?? before.authMethod,
    grantTypes: changes.grant_types ?? before.grantTypes,
    ...keysAfter(before, changes),
    accessTokenLifetime: lifetime === undefined ? before.accessTokenLifetime : lifetime,
    disabled: changes.disabled ?? before.disabled,
  };
}

/** The keys a change names replace those there are; with a secret there are none. */
function keysAfter(
  before: ClientEntity,
  changes: ClientChanges,
): Pick<Metadata, 'jwks' | 'jwksUri'> {
  const authMethod = changes.token_endpoint_auth_method ?? before.authMethod;
  const others = changes.jwks ?? changes.jwks_uri ?? null;
  const kept = others === null && authMethod === 'private_key_jwt' ? before : NO_KEYS;
  const jwks = changes.jwks === undefined ? kept.jwks : changes.jwks;
  const jwksUri = changes.jwks_uri === undefined ? kept.jwksUri : changes.jwks_uri;
  const fault = keyFault({ token_endpoint_auth_method: authMethod, jwks, jwks_uri: jwksUri });
  if (fault) throw invalidInput([fault]);
  return { jwks, jwksUri };
}

const NO_KEYS = { jwks: null, jwksUri: null };

/** Whoever administers clients must not lose the way back by a slip. */
function refuseShutOut(before: ClientEntity, after: Metadata, scopes: readonly string[]): void {
  const losesScope = scopesOf(before).includes(WRITING_SCOPE) && !scopes.includes(WRITING_SCOPE);
  if (after.disabled || losesScope) throw ownClient();
}

async function changeMembers(
  before: ClientEntity,
  after: Metadata,
  transaction: RecordedTransaction,
): Promise<void> {
  const members = Object.keys(MEMBERS) as Member[];
  const changed = members.filter((name) => !isDeepStrictEqual(before[name], after[name]));
  if (changed.length === 0) return;
  await transaction.manager.update(ClientEntity, { clientId: before.clientId }, after);
  if (changed.includes('disabled')) {
    if (after.disabled) transaction.record('client.disabled', 'disabled a client');
    else transaction.record('client.enabled', 'enabled a client');
  }
  const others = changed.filter((name) => name !== 'disabled').map((name) => MEMBERS[name]);
  if (others.length > 0) {
    transaction.record('client.changed', 'changed a client', { changed: others });
  }
}

async function changeScopes(
  before: ClientEntity,
  scopes: readonly string[],
  transaction: RecordedTransaction,
): Promise<void> {
  const { granted, withdrawn } = await replaceScopes(transaction.manager, before, scopes);
  if (granted.length + withdrawn.length === 0) return;
  transaction.record('client.scopes_changed', 'changed the scopes of a client', {
    granted,
    withdrawn,
  });
}

async function changeCredentials(
  { clientId, authMethod }: ClientEntity,
  after: Metadata,
  transaction: RecordedTransaction,
): Promise<string | undefined> {
  const hadKeys = authMethod === 'private_key_jwt';
  const hasKeys = after.authMethod === 'private_key_jwt';
  if (hadKeys === hasKeys) return undefined;
  const secrets = new ClientSecretStore(transaction.manager);
  if (hadKeys) {
    transaction.record('client_secret.created', 'gave a client a secret in place of its keys');
    return secrets.issue(clientId);
  }
  transaction.record('client_secret.ended', 'ended the secrets of a client that has keys now');
  await secrets.endAll(clientId);
  return undefined;
}
