import { ClientEntity } from '../clients/client.entity.js';
import { ClientSecretEntity } from '../clients/client-secret.entity.js';
import { SigningKeyEntity } from '../keys/signing-key.entity.js';
import { ResourceServerEntity } from '../resource-servers/resource-server.entity.js';
import { ScopeEntity } from '../resource-servers/scope.entity.js';
import { CreateRegistry1764000000000 } from './1764000000000-create-registry.migration.js';
import { CompleteRegistry1795000000000 } from './1795000000000-complete-registry.migration.js';

/** The tables of the auth-server and how they came to be. */
export const authDatabase = {
  entities: [ClientEntity, ClientSecretEntity, ResourceServerEntity, ScopeEntity, SigningKeyEntity],
  migrations: [CreateRegistry1764000000000, CompleteRegistry1795000000000],
};
