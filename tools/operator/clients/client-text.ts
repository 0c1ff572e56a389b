import type { Representation } from '../admin-api/admin-api.ts';
import { moment } from '../command-line/moment.ts';
import { aligned, table } from '../command-line/table.ts';

export function clientTable(clients: readonly Representation[]): string {
  const rows = clients.map((client) => [
    String(client['client_id']),
    String(client['client_name']),
    String(client['token_endpoint_auth_method']),
    stateOf(client),
    String(client['scope']),
  ]);
  return table(['CLIENT ID', 'NAME', 'AUTHENTICATES BY', 'STATE', 'SCOPE'], rows, 'no clients');
}

/** All that is known of a client. */
export function clientDetails(client: Representation): string {
  const members = aligned([
    ['client id', String(client['client_id'])],
    ['name', String(client['client_name'])],
    ['state', stateOf(client)],
    ['scope', String(client['scope'])],
    ['authenticates by', String(client['token_endpoint_auth_method'])],
    ...keyRows(client),
    ['token lifetime', lifetimeText(client['access_token_lifetime'])],
    ['tokens revoked', revocationText(client['tokens_valid_from'])],
    ['created', `${moment(client['created_at'])} by ${String(client['created_by'])}`],
    ['changed', `${moment(client['updated_at'])} by ${String(client['updated_by'])}`],
  ]);
  return `${members}${secretTable(client['client_secrets'] as readonly Representation[])}`;
}

function stateOf(client: Representation): string {
  return client['disabled'] === true ? 'disabled' : 'enabled';
}

function keyRows({ jwks, jwks_uri: uri }: Representation): string[][] {
  if (typeof uri === 'string') return [['keys', `published at ${uri}`]];
  if (jwks === undefined) return [];
  const { keys } = jwks as { readonly keys: readonly Representation[] };
  const names = keys.map(({ kid }) => (typeof kid === 'string' ? kid : 'one without kid'));
  return [['keys', names.join(', ')]];
}

function lifetimeText(lifetime: unknown): string {
  return typeof lifetime === 'number' ? `${lifetime} s` : "the server's own";
}

function revocationText(validFrom: unknown): string {
  return typeof validFrom === 'string' ? `those issued before ${moment(validFrom)}` : 'none';
}

function secretTable(secrets: readonly Representation[]): string {
  if (secrets.length === 0) return '';
  const rows = secrets.map((secret) => [
    String(secret['secret_id']),
    `…${String(secret['hint'])}`,
    moment(secret['created_at']),
    moment(secret['expires_at']),
    hour(secret['last_used_at']),
  ]);
  return `\n\n${table(['SECRET ID', 'SECRET', 'CREATED', 'ENDS', 'LAST USED'], rows, '')}`;
}

/** It is kept to the hour. */
function hour(time: unknown): string {
  return moment(time).replace(/:.*/, ' h');
}
