import { randomBytes, type JsonWebKey } from 'node:crypto';

/** What each token server of the comparison is told, besides its port: the same client and the same tokens. */
export interface ServerSettings {
  readonly port?: number;
  readonly issuer: string;
  readonly audience: string;
  readonly scope: string;
  readonly lifetimeSeconds: number;
  /** Signs the access tokens by ES256. */
  readonly privateKey: JsonWebKey;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly clientAuthMethod: 'client_secret_basic' | 'private_key_jwt';
  /** What the client's assertions are verified by. */
  readonly clientPublicKey: JsonWebKey;
}

/** A client secret of 256 bits that is as long as ours are. */
export function generateSecret(): string {
  return `cs_${randomBytes(32).toString('base64url')}`;
}
