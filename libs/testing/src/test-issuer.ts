import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { accessTokenClaims } from './access-token-claims.js';
import { TestHttpServer, type ReceivedRequest, type TestAnswer } from './test-http-server.js';
import { TestSigningKey } from './test-signing-key.js';

/** A foreign authorization server over real HTTP: metadata and keys, and tokens of any kind, good and bad. */
export class TestIssuer {
  /** The published keys; a test may replace them. */
  keys: readonly TestSigningKey[];
  /** While true, every request is answered by 503. */
  away = false;

  private constructor(
    readonly server: TestHttpServer,
    readonly key: TestSigningKey,
  ) {
    this.keys = [key];
  }

  static async start(): Promise<TestIssuer> {
    const key = await TestSigningKey.generate();
    const server = await TestHttpServer.start((request) => issuer.answer(request));
    const issuer = new TestIssuer(server, key);
    return issuer;
  }

  get url(): string {
    return this.server.url;
  }

  /** How often the keys were fetched. */
  get keyFetches(): number {
    return this.server.requestsTo('/jwks').length;
  }

  /** A token for an audience, good unless claims or header are overridden. */
  async token(
    aud: string,
    claims: JWTPayload = {},
    header: Partial<JWTHeaderParameters> = {},
  ): Promise<string> {
    return this.key.sign(accessTokenClaims({ iss: this.url, aud, ...claims }), header);
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  private answer({ path }: ReceivedRequest): TestAnswer {
    if (this.away) return { status: 503 };
    if (path === '/jwks') return { body: { keys: this.keys.map((key) => key.publicJwk) } };
    if (path === '/.well-known/oauth-authorization-server') {
      return { body: { issuer: this.url, jwks_uri: `${this.url}/jwks` } };
    }
    return { status: 404 };
  }
}
