import { randomUUID, type JsonWebKey } from 'node:crypto';
import type { Answer } from '../http-connection.ts';
import { JwtSigner } from './jwt.ts';
import { httpRequest, type Workload } from './workload.ts';

/** Calls of a protected route, with access tokens in turn. */
export interface BearerRequests {
  readonly kind: 'bearer';
  readonly path: string;
  readonly tokens:
    { readonly given: readonly string[] } | { readonly made: MadeTokens; readonly each: TokenUse };
  /** What the body of a good answer holds. */
  readonly expected: string;
}

/** Access tokens after RFC 9068 that are made before the load begins. */
export interface MadeTokens {
  readonly count: number;
  readonly privateKey: JsonWebKey;
  readonly issuer: string;
  readonly audience: string;
  readonly scope: string;
}

/** Used once, a token is new to the guard each time. */
export type TokenUse = 'once' | 'again and again';

const LIFETIME_SECONDS = 3_600;

export class BearerWorkload implements Workload {
  readonly #expected: string;
  readonly #requests: readonly string[];
  /** Whether it has a request for as long as it is asked for one. */
  readonly mayRepeat: boolean;
  #next = 0;

  constructor({ path, tokens, expected }: BearerRequests) {
    this.#expected = expected;
    const all = 'given' in tokens ? tokens.given : makeTokens(tokens.made);
    this.#requests = all.map((token) =>
      httpRequest('GET', path, { authorization: `Bearer ${token}` }),
    );
    this.mayRepeat = 'given' in tokens || tokens.each === 'again and again';
  }

  next(): string | undefined {
    if (this.#next === this.#requests.length && this.mayRepeat) this.#next = 0;
    return this.#requests[this.#next++];
  }

  check({ status, body }: Answer): void {
    if (status === 200 && body.includes(this.#expected)) return;
    throw new Error(`a call was answered ${status}: ${body}`);
  }
}

function makeTokens({ count, privateKey, issuer, audience, scope }: MadeTokens): string[] {
  const signer = new JwtSigner(privateKey, 'at+jwt');
  const iat = Math.floor(Date.now() / 1_000);
  const client_id = 'bench';
  const claims = { iss: issuer, aud: audience, sub: client_id, client_id, scope, iat };
  return Array.from({ length: count }, () =>
    signer.sign({ ...claims, exp: iat + LIFETIME_SECONDS, jti: randomUUID() }),
  );
}
