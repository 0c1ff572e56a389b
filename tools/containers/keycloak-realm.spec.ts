import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { demoRegistry } from '../local-system/registry.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { makeRealm } from './keycloak-realm.ts';
import { secretFiles } from './volumes.ts';

interface Mapper {
  readonly name: string;
  readonly protocolMapper: string;
  readonly config: Readonly<Record<string, string>>;
}

interface ClientScope {
  readonly name: string;
  readonly description: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly protocolMappers?: readonly Mapper[];
}

interface RealmClient {
  readonly clientId: string;
  readonly name: string;
  readonly defaultClientScopes: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

interface Realm {
  readonly realm: string;
  readonly clientScopes: readonly ClientScope[];
  readonly clients: readonly RealmClient[];
}

const TEMPLATE = join(WORKSPACE_ROOT, 'deploy/keycloak/orders-realm.json');
const realm = JSON.parse(readFileSync(TEMPLATE, 'utf8')) as Realm;

const AUDIENCE = 'http://localhost:3001';
const { resource_servers: servers, clients: registered } = demoRegistry({
  urls: { 'auth-server': 'http://localhost:3000', 'orders-api': AUDIENCE },
});
const ordersApi = servers.find(({ name }) => name === 'orders-api');

// Of Keycloak's RealmRepresentation, ClientScopeRepresentation, ProtocolMapperRepresentation and
// ClientRepresentation, those that are of use here: it refuses a file with any that it does not know.
const FIELDS = {
  realm: words(
    'realm displayName enabled sslRequired registrationAllowed accessTokenLifespan clientScopes clients',
  ),
  clientScope: words('name description protocol attributes protocolMappers'),
  mapper: words('name protocol protocolMapper config'),
  client: words(
    'clientId name enabled protocol publicClient clientAuthenticatorType serviceAccountsEnabled ' +
      'standardFlowEnabled implicitFlowEnabled directAccessGrantsEnabled fullScopeAllowed ' +
      'defaultClientScopes optionalClientScopes attributes',
  ),
};

describe('the realm of the keycloak profile', () => {
  it('has fields that Keycloak knows', () => {
    expectKnown([realm], FIELDS.realm);
    expectKnown(realm.clientScopes, FIELDS.clientScope);
    expectKnown(
      realm.clientScopes.flatMap(({ protocolMappers = [] }) => protocolMappers),
      FIELDS.mapper,
    );
    expectKnown(realm.clients, FIELDS.client);
  });

  it('has the scopes of the orders API, which its tokens name', () => {
    const named = realm.clientScopes.filter(
      ({ attributes }) => attributes['include.in.token.scope'] === 'true',
    );

    expect(named.map(({ name, description }) => ({ name, description }))).toEqual(
      ordersApi?.scopes,
    );
  });

  it('has the clients of the orders API, with the scopes that they have at our own server', () => {
    const scopes = new Set(ordersApi?.scopes.map(({ name }) => name));
    const expected = registered.filter(({ scope }) =>
      words(scope).some((name) => scopes.has(name)),
    );

    expect(realm.clients.map(({ clientId, name }) => [clientId, name])).toEqual(
      expected.map(({ client_id, client_name }) => [client_id, client_name]),
    );
    for (const [index, { scope }] of expected.entries()) {
      expect(realm.clients[index]?.defaultClientScopes).toEqual(['access-token', ...words(scope)]);
    }
  });

  it('makes tokens after RFC 9068: type, subject, client and audience', () => {
    const mappers = realm.clientScopes.find(({ name }) => name === 'access-token')?.protocolMappers;

    expect(mappers?.map(({ name }) => name)).toEqual(['sub', 'client_id', 'aud']);
    for (const { config } of mappers ?? []) expect(config['access.token.claim']).toBe('true');
    expect(mappers?.at(-1)?.config['included.custom.audience']).toBe('${ORDERS_API_AUDIENCE}');
    for (const { attributes } of realm.clients) {
      expect(attributes['access.token.header.type.rfc9068']).toBe('true');
    }
  });

  it('lets nobody in but clients, and holds no secret', () => {
    for (const client of realm.clients) {
      expect(client).toMatchObject({
        publicClient: false,
        clientAuthenticatorType: 'client-secret',
        serviceAccountsEnabled: true,
        standardFlowEnabled: false,
        implicitFlowEnabled: false,
        directAccessGrantsEnabled: false,
        fullScopeAllowed: false,
      });
    }
    expect(readFileSync(TEMPLATE, 'utf8')).not.toMatch(/"secret"|password|credentials|privateKey/i);
  });
});

describe('the realm that Keycloak imports', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'm2m-realm-'));
  });

  afterEach(() => rmSync(root, { recursive: true }));

  it('is that of the repository, with the secrets that the clients have', async () => {
    const files = secretFiles(root);
    mkdirSync(dirname(files.keycloakRealm));
    for (const { clientId } of realm.clients) {
      mkdirSync(files.client(clientId));
      const credentials = { client_id: clientId, client_secret: `secret-of-${clientId}` };
      writeFileSync(files.credentials(clientId), JSON.stringify(credentials));
    }

    await makeRealm(TEMPLATE, files);
    await makeRealm(TEMPLATE, files);

    expect(JSON.parse(readFileSync(files.keycloakRealm, 'utf8'))).toEqual({
      ...realm,
      clients: realm.clients.map((client) => ({
        ...client,
        secret: `secret-of-${client.clientId}`,
      })),
    });
    expect(statSync(files.keycloakRealm).mode & 0o777).toBe(0o600);
  });

  it('is not made for a client that has no secret', async () => {
    const files = secretFiles(root);
    mkdirSync(dirname(files.keycloakRealm));
    for (const { clientId } of realm.clients) {
      mkdirSync(files.client(clientId));
      writeFileSync(files.credentials(clientId), JSON.stringify({ client_id: clientId }));
    }

    await expect(makeRealm(TEMPLATE, files)).rejects.toThrow('has no client_secret');
  });
});

interface Service {
  readonly profiles: readonly string[];
  readonly image?: string;
  readonly command: readonly string[];
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly ports?: readonly string[];
}

interface ComposeFile {
  readonly include?: readonly string[];
  readonly services: Readonly<Record<string, Service>>;
}

describe('the keycloak profile', () => {
  const { services } = readCompose('deploy/keycloak/compose.yml');
  const all = Object.entries(services);

  it.each(all)('%s starts with its profile only and has no more rights than it needs', (_, it) => {
    expect(it.profiles).toEqual(['keycloak']);
    expect(it).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    for (const port of it.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it.each(all)('%s is given no password', (_, { environment = {} }) => {
    expect(Object.keys(environment).join(' ')).not.toMatch(/PASSWORD|SECRET|ADMIN/);
  });

  it('runs one version of Keycloak, which imports what the one-shot has made', () => {
    const { keycloak, 'keycloak-realm': oneShot } = services;

    expect(keycloak?.image).toMatch(/^quay\.io\/keycloak\/keycloak:\d+\.\d+\.\d+$/);
    expect(keycloak?.command).toContain('--import-realm');
    expect(keycloak?.volumes).toEqual(['keycloak-realm:/opt/keycloak/data/import:ro']);
    expect(oneShot?.volumes).toContain('keycloak-realm:/run/secrets/keycloak-realm');
    // Keycloak takes a file for a realm's by its name.
    expect(secretFiles('').keycloakRealm).toMatch(new RegExp(`/${realm.realm}-realm\\.json$`));
  });

  it('gives the realm the audience of the API', () => {
    expect(services['keycloak']?.environment?.['ORDERS_API_AUDIENCE']).toBe(
      'http://localhost:${ORDERS_API_PORT:-3001}',
    );
  });

  it('tells the API and its clients where Keycloak is, by variables that they are given', () => {
    const environment = readFileSync(join(WORKSPACE_ROOT, 'deploy/keycloak/compose.env'), 'utf8');
    const variables = new Map(
      environment
        .split('\n')
        .filter((line) => line.includes('=') && !line.startsWith('#'))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    const within = `http://keycloak:8080/realms/${realm.realm}/protocol/openid-connect`;
    const hostname = services['keycloak']?.environment?.['KC_HOSTNAME'];

    expect(Object.fromEntries(variables)).toEqual({
      COMPOSE_PROFILES: 'keycloak',
      TRUSTED_ISSUER: `${hostname}/realms/${realm.realm}`,
      TRUSTED_JWKS_URI: `${within}/certs`,
      TRUSTED_TOKEN_ENDPOINT: `${within}/token`,
    });
    const main = readCompose('docker-compose.yml');
    const environments = ['orders-api', 'billing-worker', 'demo-orders'].map((name) =>
      Object.values(main.services[name]?.environment ?? {}).join(' '),
    );
    expect(main.include).toContain('deploy/keycloak/compose.yml');
    for (const name of ['TRUSTED_ISSUER', 'TRUSTED_JWKS_URI', 'TRUSTED_TOKEN_ENDPOINT']) {
      expect(environments.join(' ')).toContain(`\${${name}:-`);
    }
  });
});

function expectKnown(values: readonly object[], known: readonly string[]): void {
  expect(values.length).toBeGreaterThan(0);
  for (const value of values) expect(known).toEqual(expect.arrayContaining(Object.keys(value)));
}

function words(text: string): string[] {
  return text.split(' ').filter(Boolean);
}

function readCompose(path: string): ComposeFile {
  const text = readFileSync(join(WORKSPACE_ROOT, path), 'utf8');
  return parse(text, { merge: true }) as ComposeFile;
}
