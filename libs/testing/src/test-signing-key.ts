import {
  exportJWK,
  generateKeyPair,
  SignJWT,
  type CryptoKey,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
} from 'jose';

/** A key to sign tokens with, good ones and bad ones. */
export class TestSigningKey {
  private constructor(
    readonly kid: string,
    readonly alg: string,
    readonly privateKey: CryptoKey,
    readonly publicJwk: JWK,
  ) {}

  static async generate(kid = 'test-key', alg = 'ES256'): Promise<TestSigningKey> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
    return new TestSigningKey(kid, alg, privateKey, publicJwk);
  }

  /** Signs just what is given; nothing is added to the claims. */
  async sign(claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    const protectedHeader = { alg: this.alg, kid: this.kid, typ: 'at+jwt', ...header };
    // jose signs no extension it was not told of.
    const crit = Object.fromEntries((header.crit ?? []).map((name) => [name, true]));
    return new SignJWT(claims).setProtectedHeader(protectedHeader).sign(this.privateKey, { crit });
  }
}
