import { randomUUID, type JsonWebKey } from 'node:crypto';
import type { Answer } from '../http-connection.ts';
import { JwtReader, JwtSigner } from './jwt.ts';
import { httpRequest, type Workload } from './workload.ts';

/** Token requests (RFC 6749 4.4) of one client or of many, each by its own credentials. */
export interface TokenRequests {
  readonly kind: 'token';
  readonly authentication:
    | { readonly method: 'client_secret_basic'; readonly clients: readonly SecretClient[] }
    | { readonly method: 'client_secret_basic'; readonly numbered: NumberedClients }
    | {
        readonly method: 'private_key_jwt';
        readonly clientId: string;
        readonly privateKey: JsonWebKey;
        /** Assertions that are made before the load begins; each is used once. */
        readonly assertions: number;
      };
  readonly issuer: string;
  readonly resource: string;
  readonly scope: string;
  /** What the access tokens are signed by. */
  readonly publicKey: JsonWebKey;
}

export interface SecretClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Clients whose names and secrets end with their number, from 1 on, asked for in turn. */
export interface NumberedClients {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly count: number;
}

const ASSERTION_SECONDS = 290;
/** A signature takes the load generator three times as long as all else: of so many tokens one is verified. */
const VERIFIED_ONE_IN = 32;

/** Makes the token requests, and looks at each token that comes back. */
export class TokenWorkload implements Workload {
  readonly #description: TokenRequests;
  readonly #reader: JwtReader;
  readonly #seen = new Set<string>();
  readonly #next: () => string | undefined;
  #checked = 0;

  constructor(description: TokenRequests) {
    this.#description = description;
    this.#reader = new JwtReader(description.publicKey);
    this.#next = requestsOf(description);
  }

  next(): string | undefined {
    return this.#next();
  }

  check({ status, body }: Answer): void {
    if (status !== 200) throw new Error(`a token request was answered ${status}: ${body}`);
    const answer = JSON.parse(body) as Readonly<Record<string, unknown>>;
    const { issuer, resource, scope } = this.#description;
    const { header, claims, signature } = this.#reader.read(
      String(answer['access_token']),
      this.#checked++ % VERIFIED_ONE_IN === 0,
    );
    const isGood =
      answer['token_type'] === 'Bearer' &&
      header['alg'] === 'ES256' &&
      header['typ'] === 'at+jwt' &&
      claims['iss'] === issuer &&
      claims['aud'] === resource &&
      claims['scope'] === scope &&
      claims['client_id'] === claims['sub'] &&
      typeof claims['jti'] === 'string' &&
      Number(claims['exp']) * 1_000 > Date.now();
    if (!isGood) throw new Error(`not the token that was asked for: ${body}`);
    if (this.#seen.has(signature)) throw new Error('the same token twice');
    this.#seen.add(signature);
  }
}

function requestsOf(description: TokenRequests): () => string | undefined {
  const { authentication } = description;
  if (authentication.method === 'private_key_jwt') return once(assertionRequests(description));
  if ('numbered' in authentication) {
    const { clientId, clientSecret, count } = authentication.numbered;
    let last = 0;
    return () => {
      last = (last % count) + 1;
      const client = { clientId: `${clientId}${last}`, clientSecret: `${clientSecret}${last}` };
      return secretRequest(description, client);
    };
  }
  const requests = authentication.clients.map((client) => secretRequest(description, client));
  let last = -1;
  return () => requests[(last = (last + 1) % requests.length)];
}

function once(requests: string[]): () => string | undefined {
  return () => requests.pop();
}

function secretRequest(description: TokenRequests, client: SecretClient): string {
  const pair = `${client.clientId}:${client.clientSecret}`;
  const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  return tokenRequest(description, { authorization }, {});
}

function assertionRequests(description: TokenRequests): string[] {
  const { authentication, issuer } = description;
  if (authentication.method !== 'private_key_jwt') return [];
  const { clientId, privateKey, assertions } = authentication;
  const signer = new JwtSigner(privateKey, 'JWT');
  const iat = Math.floor(Date.now() / 1_000);
  const claims = { iss: clientId, sub: clientId, aud: issuer, iat, exp: iat + ASSERTION_SECONDS };
  return Array.from({ length: assertions }, () =>
    tokenRequest(
      description,
      {},
      {
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: signer.sign({ ...claims, jti: randomUUID() }),
      },
    ),
  );
}

function tokenRequest(
  { scope, resource }: TokenRequests,
  headers: Readonly<Record<string, string>>,
  credentials: Readonly<Record<string, string>>,
): string {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    scope,
    resource,
    ...credentials,
  });
  const type = { 'content-type': 'application/x-www-form-urlencoded' };
  return httpRequest('POST', '/oauth2/token', { ...headers, ...type }, form.toString());
}
