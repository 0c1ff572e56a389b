import { TestSigningKey } from '@m2m/testing';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type JWK } from 'jose';
import {
  errors,
  Provider,
  type Adapter,
  type AdapterPayload,
  type ClientMetadata,
  type Configuration,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { basic, GRANT, noteSecret, type Parameters } from './oauth.js';
import { postForm, tokenIn } from './replicated-system.js';

/** How a client authenticates (RFC 7591 2). */
export type AuthMethod = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

/** A client as an operator of the foreign server describes it; its secret or key is generated. */
export interface ForeignClient {
  readonly id: string;
  readonly method: AuthMethod;
  readonly scope: string;
}

export interface ForeignIssuerOptions {
  /** Of the issuer's URL: that of a realm or tenant. Its metadata is then where OpenID Connect has it, and there alone. */
  readonly path: string;
  readonly clients: readonly ForeignClient[];
  /** The identifiers of the APIs it makes tokens for. Each has all of the scopes. */
  readonly apis: readonly string[];
}

/** A token request that was granted. */
export interface Grant {
  readonly clientId: string;
  readonly scope: unknown;
  readonly resource: unknown;
}

interface RegisteredClient extends ForeignClient {
  /** Of no use, but there, where the client authenticates by its key. */
  readonly secret: string;
  readonly key: TestSigningKey;
}

const SCOPES = ['orders:read', 'orders:write', 'orders:bill'];
const LIFETIME_SECONDS = 300;

/**
 * An authorization server that others have written: panva's `oidc-provider`, set up as its documentation says
 * for tokens after RFC 9068, and otherwise left as it comes.
 */
export class ForeignIssuer {
  /** Every granted token request, in order. */
  readonly grants: Grant[] = [];
  private answer: ((request: IncomingMessage, response: ServerResponse) => unknown) | undefined;

  private constructor(
    readonly url: string,
    private readonly server: Server,
    private readonly clients: readonly RegisteredClient[],
    private readonly options: ForeignIssuerOptions,
  ) {}

  static async start(options: ForeignIssuerOptions): Promise<ForeignIssuer> {
    const server = createServer();
    await once(server.listen(0, 'localhost'), 'listening');
    const url = `http://localhost:${(server.address() as AddressInfo).port}${options.path}`;
    const clients = await Promise.all(options.clients.map(register));
    const issuer = new ForeignIssuer(url, server, clients, options);
    await issuer.replaceKey();
    server.on('request', (request, response) => issuer.pass(request, response));
    return issuer;
  }

  /** Signs by another key from now on, and publishes no other, with no notice given. */
  async replaceKey(): Promise<void> {
    const { kid, alg, privateKey } = await TestSigningKey.generate(randomBytes(8).toString('hex'));
    const jwk = { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' };
    const provider = new Provider(this.url, this.configuration(jwk));
    provider.on('grant.success', (context) => this.grants.push(grantIn(context)));
    this.answer = provider.callback();
  }

  /** @throws Error if there is no such client. */
  secretOf(clientId: string): string {
    return this.client(clientId).secret;
  }

  /** @throws Error if there is no such client. */
  async privateKeyOf(clientId: string): Promise<JWK> {
    const { kid, alg, privateKey } = this.client(clientId).key;
    return { ...(await exportJWK(privateKey)), kid, alg, use: 'sig' };
  }

  /** A token of a client that authenticates by HTTP Basic, for all of its scopes unless parameters say otherwise. */
  async token(clientId: string, parameters: Parameters): Promise<string> {
    const { scope, secret } = this.client(clientId);
    const authorization = basic({ client_id: clientId, client_secret: secret });
    const answer = await postForm(
      `${this.url}/token`,
      { ...GRANT, scope, ...parameters },
      { authorization },
    );
    const token = tokenIn(answer);
    noteSecret(token);
    return token;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private client(clientId: string): RegisteredClient {
    const found = this.clients.find(({ id }) => id === clientId);
    if (!found) throw new Error(`there is no client ${clientId}`);
    return found;
  }

  // As Express does it for what is mounted under a path.
  private pass(request: IncomingMessage, response: ServerResponse): void {
    const { path } = this.options;
    const { url = '' } = request;
    if (!url.startsWith(`${path}/`)) return void response.writeHead(404).end();
    Object.assign(request, { originalUrl: url, url: url.slice(path.length) });
    this.answer?.(request, response);
  }

  private configuration(jwk: JWK): Configuration {
    const { apis } = this.options;
    return {
      adapter: Memory,
      clients: this.clients.map(metadataOf),
      jwks: { keys: [jwk] },
      scopes: SCOPES,
      responseTypes: [],
      clientDefaults: { id_token_signed_response_alg: 'ES256' },
      ttl: { ClientCredentials: LIFETIME_SECONDS },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context, identifier) => {
            if (!apis.includes(identifier)) throw new errors.InvalidTarget();
            return {
              audience: identifier,
              scope: SCOPES.join(' '),
              accessTokenFormat: 'jwt',
              jwt: { sign: { alg: 'ES256' } },
            };
          },
        },
      },
    };
  }
}

async function register(client: ForeignClient): Promise<RegisteredClient> {
  const secret = randomBytes(32).toString('base64url');
  noteSecret(secret);
  return { ...client, secret, key: await TestSigningKey.generate(`key-of-${client.id}`) };
}

function metadataOf({ id, method, scope, secret, key }: RegisteredClient): ClientMetadata {
  return {
    client_id: id,
    token_endpoint_auth_method: method,
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    scope,
    ...(method === 'private_key_jwt'
      ? { jwks: { keys: [key.publicJwk] }, token_endpoint_auth_signing_alg: 'ES256' }
      : { client_secret: secret }),
  };
}

function grantIn({ oidc: { client, params } }: KoaContextWithOIDC): Grant {
  return {
    clientId: client?.clientId ?? '',
    scope: params?.['scope'],
    resource: params?.['resource'],
  };
}

/** What the provider keeps: of all that it could, the assertions that were used. */
class Memory implements Adapter {
  private readonly kept = new Map<string, AdapterPayload>();

  upsert(id: string, payload: AdapterPayload): Promise<void> {
    this.kept.set(id, payload);
    return Promise.resolve();
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    return Promise.resolve(this.kept.get(id));
  }

  findByUserCode = unused;
  findByUid = unused;
  consume = unused;
  destroy = unused;
  revokeByGrantId = unused;
}

function unused(): Promise<never> {
  return Promise.reject(new Error('nothing but client credentials is granted'));
}
