import { randomUUID, type JsonWebKey } from 'node:crypto';
import type { Answer } from '../http-connection.ts';
import { JwtSigner } from './jwt.ts';
import { Stock } from './stock.ts';
import { httpRequest, inTurn, type RequestSource, type Workload } from './workload.ts';

/** Calls of a protected route. */
export interface BearerRequests {
  readonly kind: 'bearer';
  readonly path: string;
  readonly accessToken: string | MadeTokens;
  /** What the body of a good answer holds. */
  readonly expected: string;
}

/** Access tokens after RFC 9068. */
export interface MadeTokens {
  /** How many there are in turn; or each is used once, so that it is new to the guard. */
  readonly count: number | 'each once';
  readonly privateKey: JsonWebKey;
  readonly issuer: string;
  readonly audience: string;
  readonly scope: string;
}

const LIFETIME_SECONDS = 3_600;

export class BearerWorkload implements Workload {
  readonly #expected: string;
  readonly #source: RequestSource;

  constructor({ path, accessToken, expected }: BearerRequests) {
    this.#expected = expected;
    this.#source = sourceOf(path, accessToken);
  }

  prepare(): void {
    this.#source.prepare();
  }

  next(): string {
    return this.#source.next();
  }

  check({ status, body }: Answer): void {
    if (status === 200 && body.includes(this.#expected)) return;
    throw new Error(`a call was answered ${status}: ${body}`);
  }
}

function sourceOf(path: string, accessToken: BearerRequests['accessToken']): RequestSource {
  const call = (token: string) => httpRequest('GET', path, { authorization: `Bearer ${token}` });
  if (typeof accessToken === 'string') return inTurn([call(accessToken)]);
  const makeToken = tokenMaker(accessToken);
  const makeCall = () => call(makeToken());
  const { count } = accessToken;
  return count === 'each once'
    ? new Stock(makeCall)
    : inTurn(Array.from({ length: count }, makeCall));
}

function tokenMaker({ privateKey, issuer, audience, scope }: MadeTokens): () => string {
  const signer = new JwtSigner(privateKey, 'at+jwt');
  const client_id = 'bench';
  const common = { iss: issuer, aud: audience, sub: client_id, client_id, scope };
  return () => {
    const iat = Math.floor(Date.now() / 1_000);
    return signer.sign({ ...common, iat, exp: iat + LIFETIME_SECONDS, jti: randomUUID() });
  };
}
