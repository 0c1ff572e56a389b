import type { Tree } from '@nx/devkit';
import { LAPTOP, PRODUCTION } from '../app/add-to-kubernetes.ts';
import { addBefore, addToBlock, edit, replaceFirst } from '../app/text-edits.ts';
import type { NewWorker } from './new-worker.ts';

/** Has a worker registered as a client of the API that it calls, wherever the system is started. */
export function addClient(tree: Tree, worker: NewWorker): void {
  const { name, clientName, api, intervalVariable, database } = worker;
  edit(tree, 'tools/local-system/workers.ts', (text) =>
    addToBlock(
      text,
      ['export const WORKERS = {'],
      `  '${name}': {
    clientName: '${clientName}',
    calls: '${api.name}',
    scope: '${api.scope}',
  },`,
    ),
  );
  edit(tree, 'tools/local-system/app-environment.ts', (text) =>
    addToBlock(text, ['const TUNABLE_VARIABLES = ['], `  '${intervalVariable}',`),
  );
  for (const overlay of [LAPTOP, PRODUCTION]) {
    edit(tree, `${overlay}/registry.json`, (text) =>
      replaceFirst(text, /(?=\s*\]\s*\}\s*$)/, () => `,\n${registryEntry(worker)}`),
    );
  }
  const credential = `${name}.json="$(credential ${name} "$${database}_client_secret")"`;
  edit(tree, `${LAPTOP}/create-secrets.sh`, (text) =>
    replaceFirst(
      text,
      /^secret_from_files registry-credentials \\\n/m,
      (line) => `${line}  ${credential} \\\n`,
    ),
  );
  if (api.name === 'orders-api') addToKeycloak(tree, worker);
}

function registryEntry({ name, clientName, api }: NewWorker): string {
  return `    {
      "client_id": "${name}",
      "client_name": "${clientName}",
      "token_endpoint_auth_method": "client_secret_basic",
      "grant_types": ["client_credentials"],
      "scope": "${api.scope}"
    }`;
}

/** The realm of the Keycloak profile is another issuer for the clients of the orders API. */
function addToKeycloak(tree: Tree, worker: NewWorker): void {
  const volume = `client-${worker.name}`;
  edit(tree, 'deploy/keycloak/orders-realm.json', (text) =>
    replaceFirst(text, /(?= {4}\{\s*"clientId": "order-entry")/, () => `${realmClient(worker)},\n`),
  );
  edit(tree, 'deploy/keycloak/compose.yml', (text) =>
    addBefore(
      text,
      '- client-order-entry:/run/secrets/client-order-entry:ro',
      `      - ${volume}:/run/secrets/${volume}:ro`,
    ),
  );
}

function realmClient({ name, clientName, api }: NewWorker): string {
  return `    {
      "clientId": "${name}",
      "name": "${clientName}",
      "enabled": true,
      "protocol": "openid-connect",
      "publicClient": false,
      "clientAuthenticatorType": "client-secret",
      "serviceAccountsEnabled": true,
      "standardFlowEnabled": false,
      "implicitFlowEnabled": false,
      "directAccessGrantsEnabled": false,
      "fullScopeAllowed": false,
      "defaultClientScopes": ["access-token", "${api.scope}"],
      "optionalClientScopes": [],
      "attributes": { "access.token.header.type.rfc9068": "true" }
    }`;
}
