import { importJWK, type CryptoKey } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { credentialsOf, privateKeyOf } from './credentials.js';
import { system } from './system.js';

/** How a client of the system is registered to authenticate. */
export type AuthMethod = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

/** A client of the system for whom a library speaks that others have written. */
export interface ThirdPartyClient {
  token(parameters?: Readonly<Record<string, string>>): Promise<TokenResponse>;
  /** Calls an API by GET. */
  call(accessToken: string, url: string): Promise<Response>;
  introspect(accessToken: string): Promise<Introspection>;
  /** Has the answer signed (RFC 9701), and verifies the signature. */
  introspectSigned(accessToken: string): Promise<Introspection>;
  revoke(accessToken: string): Promise<void>;
}

type TokenResponse = Awaited<ReturnType<typeof oauth.processClientCredentialsResponse>>;
type Introspection = Awaited<ReturnType<typeof oauth.processIntrospectionResponse>>;

const isPlainHttp = new URL(system.authServer).protocol === 'http:';

/**
 * The one check of oauth4webapi that is switched off, and only where the system speaks plain HTTP on the
 * loopback interface.
 */
// eslint-disable-next-line @typescript-eslint/no-deprecated -- which the library only says to warn
export const insecure = { [oauth.allowInsecureRequests]: isPlainHttp };

/** Finds out about an authorization server by its metadata (RFC 8414). */
export async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer);
  const response = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure });
  return oauth.processDiscoveryResponse(url, response);
}

/** A client that speaks through oauth4webapi. */
export async function oauth4webapiClient(
  clientId: string,
  method: AuthMethod,
): Promise<ThirdPartyClient> {
  const authentication = {
    client_secret_basic: async () => oauth.ClientSecretBasic(await secretOf(clientId)),
    client_secret_post: async () => oauth.ClientSecretPost(await secretOf(clientId)),
    private_key_jwt: async () => oauth.PrivateKeyJwt(await keyOf(clientId)),
  };
  const as = await discover(system.authServer);
  const auth = await authentication[method]();
  const client: oauth.Client = { client_id: clientId };
  const introspection = async (accessToken: string, requestJwtResponse: boolean) => {
    const options = { ...insecure, requestJwtResponse };
    const response = await oauth.introspectionRequest(as, client, auth, accessToken, options);
    const result = await oauth.processIntrospectionResponse(as, client, response);
    if (requestJwtResponse) await oauth.validateApplicationLevelSignature(as, response, insecure);
    return result;
  };
  return {
    token: async (parameters = {}) => {
      const request = oauth.clientCredentialsGrantRequest(as, client, auth, parameters, insecure);
      return oauth.processClientCredentialsResponse(as, client, await request);
    },
    call: (accessToken, url) =>
      oauth.protectedResourceRequest(accessToken, 'GET', new URL(url), undefined, null, insecure),
    introspect: (accessToken) => introspection(accessToken, false),
    introspectSigned: (accessToken) => introspection(accessToken, true),
    revoke: async (accessToken) => {
      const response = await oauth.revocationRequest(as, client, auth, accessToken, insecure);
      await oauth.processRevocationResponse(response);
    },
  };
}

/** A client that speaks through openid-client. */
export async function openidClient(
  clientId: string,
  method: AuthMethod,
): Promise<ThirdPartyClient> {
  const authentication = {
    client_secret_basic: async () => openid.ClientSecretBasic(await secretOf(clientId)),
    client_secret_post: async () => openid.ClientSecretPost(await secretOf(clientId)),
    private_key_jwt: async () => openid.PrivateKeyJwt(await keyOf(clientId)),
  };
  const configure = async (metadata: Partial<openid.ClientMetadata>) => {
    const server = new URL(system.authServer);
    const auth = await authentication[method]();
    return openid.discovery(server, clientId, metadata, auth, {
      algorithm: 'oauth2',
      execute: [
        openid.enableNonRepudiationChecks,
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- which the library only says to warn
        ...(isPlainHttp ? [openid.allowInsecureRequests] : []),
      ],
    });
  };
  const config = await configure({});
  const signed = await configure({ introspection_signed_response_alg: 'ES256' });
  return {
    token: (parameters) => openid.clientCredentialsGrant(config, parameters),
    call: (accessToken, url) =>
      openid.fetchProtectedResource(config, accessToken, new URL(url), 'GET'),
    introspect: (accessToken) => openid.tokenIntrospection(config, accessToken),
    introspectSigned: (accessToken) => openid.tokenIntrospection(signed, accessToken),
    revoke: (accessToken) => openid.tokenRevocation(config, accessToken),
  };
}

async function secretOf(clientId: string): Promise<string> {
  return (await credentialsOf(clientId)).client_secret;
}

async function keyOf(clientId: string) {
  const jwk = await privateKeyOf(clientId);
  return { key: (await importJWK(jwk)) as CryptoKey, kid: jwk.kid ?? '' };
}
