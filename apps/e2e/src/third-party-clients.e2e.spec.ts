import * as oauth from 'oauth4webapi';
import { beforeAll, describe, expect, it } from 'vitest';
import { aNumber, aString } from './support/matchers.js';
import { system } from './support/system.js';
import {
  discover,
  insecure,
  oauth4webapiClient,
  openidClient,
  type AuthMethod,
  type ThirdPartyClient,
} from './support/third-party-clients.js';

const LIBRARIES = [
  ['openid-client', openidClient],
  ['oauth4webapi', oauth4webapiClient],
] as const;

const CLIENTS: readonly (readonly [client: string, method: AuthMethod])[] = [
  ['e2e-basic', 'client_secret_basic'],
  ['e2e-post', 'client_secret_post'],
  ['e2e-key-es256', 'private_key_jwt'],
  ['e2e-key-ps256', 'private_key_jwt'],
  ['e2e-key-eddsa', 'private_key_jwt'],
];

const CASES = LIBRARIES.flatMap(([library, create]) =>
  CLIENTS.map(([clientId, method]) => ({ library, create, clientId, method })),
);

const ORDERS = `${system.ordersApi}/orders?limit=1`;
const reading = { resource: system.ordersApi, scope: 'orders:read' };

describe.each(CASES)('$library as $clientId, by $method', ({ create, clientId, method }) => {
  let client: ThirdPartyClient;

  beforeAll(async () => {
    client = await create(clientId, method);
  });

  it('T01 A01 M03 gets a token that opens the API it asked for', async () => {
    const response = await client.token(reading);

    expect(response).toMatchObject({
      token_type: 'bearer',
      expires_in: aNumber,
      scope: 'orders:read',
    });
    expect((await client.call(response.access_token, ORDERS)).status).toBe(200);
  });

  it('J01 gets a token that holds to RFC 9068', async () => {
    const { access_token: token } = await client.token(reading);
    const call = new Request(ORDERS, { headers: { authorization: `Bearer ${token}` } });

    const as = await discover(system.authServer);
    const claims = await oauth.validateJwtAccessToken(as, call, system.ordersApi, insecure);

    expect(claims).toMatchObject({ client_id: clientId, scope: 'orders:read' });
  });

  it('I02 I06 learns the state of its token, also by an answer that is signed', async () => {
    const { access_token: token } = await client.token(reading);

    const plain = await client.introspect(token);

    expect(plain).toMatchObject({
      active: true,
      client_id: clientId,
      iss: system.authServer,
      aud: system.ordersApi,
      scope: 'orders:read',
      exp: aNumber,
      jti: aString,
    });
    expect(await client.introspectSigned(token)).toEqual(plain);
  });

  it('V01 I03 revokes its token, which is then no more than any other text', async () => {
    const { access_token: token } = await client.token(reading);

    await client.revoke(token);

    expect(await client.introspect(token)).toEqual({ active: false });
    expect(await client.introspectSigned(token)).toEqual({ active: false });
  });

  it('S01 S05 understands why it is refused', async () => {
    await expect(client.token({ scope: 'clients:write' })).rejects.toMatchObject({
      status: 400,
      error: 'invalid_scope',
    });
    await expect(client.token({ resource: 'https://other.example' })).rejects.toMatchObject({
      status: 400,
      error: 'invalid_target',
    });
  });

  it('R25 understands the challenge of the API', async () => {
    await expect(client.call('not-a-token', ORDERS)).rejects.toMatchObject({
      status: 401,
      cause: [
        {
          scheme: 'bearer',
          parameters: { error: 'invalid_token', resource_metadata: aString },
        },
      ],
    });
  });
});

describe('oauth4webapi', () => {
  it('R24 M01 finds its way from the address of the API alone', async () => {
    const resource = new URL(system.ordersApi);
    const answer = await oauth.resourceDiscoveryRequest(resource, insecure);
    const { authorization_servers: [issuer = ''] = [], scopes_supported: scopes } =
      await oauth.processResourceDiscoveryResponse(resource, answer);

    const as = await discover(issuer);

    expect(as.issuer).toBe(system.authServer);
    expect(as.grant_types_supported).toContain('client_credentials');
    expect(scopes).toContain('orders:read');
  });

  it('A03 A04 takes the refusal of a wrong secret for what it is', async () => {
    const as = await discover(system.authServer);
    const request = (clientId: string, auth: oauth.ClientAuth) =>
      oauth
        .clientCredentialsGrantRequest(as, { client_id: clientId }, auth, {}, insecure)
        .then((response) =>
          oauth.processClientCredentialsResponse(as, { client_id: clientId }, response),
        );

    await expect(request('e2e-basic', oauth.ClientSecretBasic('wrong'))).rejects.toMatchObject({
      status: 401,
      cause: [{ scheme: 'basic' }],
    });
    await expect(request('e2e-post', oauth.ClientSecretPost('wrong'))).rejects.toMatchObject({
      status: 401,
    });
  });
});
