import { randomUUID, type JsonWebKey } from 'node:crypto';
import type { Answer } from '../http-connection.ts';
import { JwtReader, JwtSigner } from './jwt.ts';
import { Stock } from './stock.ts';
import { httpRequest, inTurn, type RequestSource, type Workload } from './workload.ts';

/** Token requests (RFC 6749 4.4) of one client or of many, each by its own credentials. */
export interface TokenRequests {
  readonly kind: 'token';
  readonly authentication: SecretClient | NumberedClients | KeyClient;
  readonly issuer: string;
  readonly resource: string;
  readonly scope: string;
  /** What the access tokens are signed by. */
  readonly publicKey: JsonWebKey;
}

export interface SecretClient {
  readonly method: 'client_secret_basic';
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Clients whose names and secrets end with their number, from 1 on, asked for in turn. */
export interface NumberedClients {
  readonly method: 'client_secret_basic, numbered';
  readonly clientId: string;
  readonly clientSecret: string;
  readonly count: number;
}

/** Each of its assertions is used once. */
export interface KeyClient {
  readonly method: 'private_key_jwt';
  readonly clientId: string;
  readonly privateKey: JsonWebKey;
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const ASSERTION_SECONDS = 290;
/** A signature takes the load generator three times as long as all else: of so many tokens one is verified. */
const VERIFIED_ONE_IN = 32;

/** Makes the token requests, and looks at each token that comes back. */
export class TokenWorkload implements Workload {
  readonly #description: TokenRequests;
  readonly #reader: JwtReader;
  readonly #seen = new Set<string>();
  readonly #source: RequestSource;
  #checked = 0;

  constructor(description: TokenRequests) {
    this.#description = description;
    this.#reader = new JwtReader(description.publicKey);
    this.#source = sourceOf(description);
  }

  prepare(): void {
    this.#seen.clear();
    this.#source.prepare();
  }

  next(): string {
    return this.#source.next();
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

function sourceOf(description: TokenRequests): RequestSource {
  const { authentication } = description;
  switch (authentication.method) {
    case 'client_secret_basic':
      return inTurn([secretRequest(description, authentication)]);
    case 'client_secret_basic, numbered':
      return numberedRequests(description, authentication);
    case 'private_key_jwt':
      return new Stock(assertionRequests(description, authentication));
  }
}

/** They may be a million, and are not kept. */
function numberedRequests(
  description: TokenRequests,
  { clientId, clientSecret, count }: NumberedClients,
): RequestSource {
  let last = 0;
  return {
    prepare: () => undefined,
    next: () => {
      last = (last % count) + 1;
      const client = { clientId: `${clientId}${last}`, clientSecret: `${clientSecret}${last}` };
      return secretRequest(description, client);
    },
  };
}

function secretRequest(
  description: TokenRequests,
  { clientId, clientSecret }: Pick<SecretClient, 'clientId' | 'clientSecret'>,
): string {
  const pair = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  return tokenRequest(description, { authorization: `Basic ${pair}` }, {});
}

function assertionRequests(
  description: TokenRequests,
  { clientId, privateKey }: KeyClient,
): () => string {
  const signer = new JwtSigner(privateKey, 'JWT');
  return () => {
    const iat = Math.floor(Date.now() / 1_000);
    const exp = iat + ASSERTION_SECONDS;
    const names = { iss: clientId, sub: clientId, aud: description.issuer };
    const client_assertion = signer.sign({ ...names, iat, exp, jti: randomUUID() });
    return tokenRequest(
      description,
      {},
      { client_assertion_type: ASSERTION_TYPE, client_assertion },
    );
  };
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
