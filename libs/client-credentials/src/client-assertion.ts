import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { readPrivateKey, type PrivateKey } from './private-key.js';

const LIFETIME_SECONDS = 60;

/** Makes the assertions by which a client proves that it has its key (RFC 7523 2.2 and 3). */
export class ClientAssertions {
  private imported: { readonly text: string; readonly key: PrivateKey } | undefined;

  /**
   * @param audience the issuer identifier, alone (rfc7523bis 4).
   * @param now milliseconds since the epoch.
   */
  constructor(
    private readonly clientId: string,
    private readonly audience: string,
    private readonly readKey: () => Promise<string>,
    private readonly now: () => number,
  ) {}

  /** An assertion for one request: it can be used once. */
  async next(): Promise<string> {
    const { key, alg, kid } = await this.key();
    const issuedAt = Math.floor(this.now() / 1_000);
    return new SignJWT()
      .setProtectedHeader({
        // rfc7523bis 4 recommends a type that no other JWT has.
        typ: 'client-authentication+jwt',
        alg,
        ...(kid !== undefined && { kid }),
      })
      .setIssuer(this.clientId)
      .setSubject(this.clientId)
      .setAudience(this.audience)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + LIFETIME_SECONDS)
      .sign(key);
  }

  /** The key as it is now. To parse it takes twenty times as long as to sign with it. */
  private async key(): Promise<PrivateKey> {
    const text = await this.readKey();
    if (this.imported?.text !== text) this.imported = { text, key: readPrivateKey(text) };
    return this.imported.key;
  }
}
