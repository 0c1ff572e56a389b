import { createEventLogger, Metrics } from '@m2m/service-defaults';
import { TestHttpServer, TestSigningKey } from '@m2m/testing';
import { describe, expect, it } from 'vitest';
import type { RegisteredClient } from '../clients/registered-client.js';
import { ClientKeys } from './client-keys.js';
import { KeySetFetcher } from './key-set.fetcher.js';
import { PublishedKeys } from './published-keys.js';

const silent = createEventLogger('auth', 'info', { write: () => undefined });

describe('ClientKeys', () => {
  const fetcher = new KeySetFetcher({ privateAddresses: true });
  const keys = new ClientKeys(new PublishedKeys(fetcher, silent, new Metrics('auth-server')));

  it('are parsed once for as long as the client is remembered', async () => {
    const { publicJwk } = await TestSigningKey.generate('a');
    const client = { ...registered, jwks: { keys: [publicJwk] } };

    const parsed = await keys.of(client);

    expect(parsed).toMatchObject([{ kid: 'a', alg: 'ES256' }]);
    expect(await keys.of(client)).toBe(parsed);
    expect(await keys.of({ ...client, jwks: { keys: [publicJwk] } })).not.toBe(parsed);
    expect(await keys.anewOf(client)).toBeUndefined();
  });

  it('are those that the client publishes', async () => {
    const { publicJwk } = await TestSigningKey.generate('b', 'PS256');
    const server = await TestHttpServer.start(() => ({ body: { keys: [publicJwk] } }));
    const client = { ...registered, jwksUri: `${server.url}/jwks` };

    await expect(keys.of(client)).resolves.toMatchObject([{ kid: 'b', alg: 'PS256' }]);
    await expect(keys.anewOf(client)).resolves.toMatchObject([{ kid: 'b' }]);

    expect(server.requests).toHaveLength(2);
    await server.stop();
  });

  it('are none of a client with a secret', async () => {
    expect(await keys.of(registered)).toEqual([]);
  });
});

const registered: RegisteredClient = {
  clientId: 'c',
  authMethod: 'private_key_jwt',
  grantTypes: [],
  disabled: false,
  secrets: [],
  jwks: undefined,
  jwksUri: undefined,
  scopes: [],
  resourceServers: [],
  accessTokenLifetime: undefined,
  tokensValidFrom: 0,
};
