import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { members, send, shown, type Answer } from './http.js';
import { accessTokenFor, basic, GRANT, noteSecret, postToken } from './oauth.js';
import { system } from './system.js';

export interface ClientSecret {
  readonly secret_id: string;
  readonly hint: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly last_used_at: string | null;
}

/** A client, as the admin API shows it. */
export interface AdminClient {
  readonly client_id: string;
  readonly client_name: string;
  readonly token_endpoint_auth_method: string;
  readonly grant_types: readonly string[];
  readonly scope: string;
  readonly jwks?: { readonly keys: readonly object[] };
  readonly jwks_uri?: string;
  readonly access_token_lifetime: number | null;
  readonly disabled: boolean;
  readonly tokens_valid_from: string | null;
  readonly client_secrets: readonly ClientSecret[];
  readonly created_at: string;
  readonly created_by: string;
  readonly updated_at: string;
  readonly updated_by: string;
  /** Empty unless it has just been given one. */
  readonly client_secret: string;
  readonly client_secret_expires_at?: number | undefined;
}

/** A resource server, as the admin API shows it. */
export interface AdminResourceServer {
  readonly name: string;
  readonly identifier: string;
  readonly scopes: readonly { readonly name: string; readonly description: string }[];
  readonly introspection_clients: readonly string[];
  readonly created_at: string;
  readonly created_by: string;
  readonly updated_at: string;
  readonly updated_by: string;
}

export interface AdminPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

export interface AdminRequest {
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Another auth-server than the system's own. */
  readonly at?: string;
}

let operatorsToken: Promise<string> | undefined;

/** An access token with both scopes of the admin API. */
export function operatorToken(): Promise<string> {
  operatorsToken ??= accessTokenFor('operator');
  return operatorsToken;
}

/** Calls the admin API below `/admin/`, without a token unless one is given; a body that is no text is sent as JSON. */
export async function callAdmin(
  path: string,
  { method = 'GET', body, token, headers = {}, at = system.authServer }: AdminRequest = {},
): Promise<Answer> {
  return send(`${at}/admin/${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

/** Calls the admin API as the operator. */
export async function administer(path: string, request: AdminRequest = {}): Promise<Answer> {
  return callAdmin(path, { token: await operatorToken(), ...request });
}

/** The path of a client. */
export function clientPath(clientId: string, action = ''): string {
  return `clients/${encodeURIComponent(clientId)}${action}`;
}

/** A name that no other client has. */
export const newClientId = () => `e2e-made-${randomUUID()}`;

/** Registers a client that may read orders, unless something else is said. */
export async function registerClient(metadata: object = {}): Promise<AdminClient> {
  const body = { client_id: newClientId(), scope: 'orders:read', ...metadata };
  return clientIn(await administer('clients', { method: 'POST', body }), 201);
}

export async function showClient(clientId: string): Promise<AdminClient> {
  return clientIn(await administer(clientPath(clientId)), 200);
}

/** Does one of the actions of a client, such as `disable`. */
export async function actOn(
  clientId: string,
  action: string,
  request: AdminRequest = {},
): Promise<AdminClient> {
  const path = clientPath(clientId, `/${action}`);
  return clientIn(await administer(path, { method: 'POST', ...request }), 200);
}

/** A client as it is shown from then on: without the secret that it has just been given. */
export function shownLater(client: AdminClient): AdminClient {
  return { ...client, client_secret: '', client_secret_expires_at: undefined };
}

/** Deletes what a test has made. */
export async function remove(path: string): Promise<void> {
  const answer = await administer(path, { method: 'DELETE' });
  expect(answer.status, shown(answer)).toBe(204);
}

export function clientIn(answer: Answer, status: number): AdminClient {
  expect(answer.status, shown(answer)).toBe(status);
  const client = { client_secret: '', ...members(answer) } as unknown as AdminClient;
  if (client.client_secret) noteSecret(client.client_secret);
  return client;
}

/** Registers a resource server with one scope, both of names that no other has. */
export async function registerResourceServer(metadata: object = {}): Promise<AdminResourceServer> {
  const name = `e2e-api-${randomUUID()}`;
  const body = {
    name,
    identifier: `https://${name}.example`,
    scopes: [{ name: `${name}:read`, description: 'Read everything' }],
    ...metadata,
  };
  return resourceServerIn(await administer('resource-servers', { method: 'POST', body }), 201);
}

export function resourceServerIn(answer: Answer, status: number): AdminResourceServer {
  expect(answer.status, shown(answer)).toBe(status);
  return members(answer) as unknown as AdminResourceServer;
}

/** The status by which an auth-server answers a client that asks for a token by HTTP Basic. */
export async function tokenStatus(
  client_id: string,
  client_secret: string,
  at = system.authServer,
): Promise<number> {
  const authorization = basic({ client_id, client_secret });
  return (await postToken(GRANT, { authorization }, at)).status;
}
