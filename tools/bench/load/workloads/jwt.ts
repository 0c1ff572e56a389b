import { createPrivateKey, createPublicKey, sign, verify, type JsonWebKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Signs claims by ES256. */
export class JwtSigner {
  readonly #header: string;
  readonly #key: KeyObject;

  constructor(privateKey: JsonWebKey, typ: string) {
    this.#header = encode({ alg: 'ES256', typ, kid: privateKey['kid'] });
    this.#key = createPrivateKey({ key: privateKey, format: 'jwk' });
  }

  sign(claims: object): string {
    const signingInput = `${this.#header}.${encode(claims)}`;
    const key = { key: this.#key, dsaEncoding: 'ieee-p1363' } as const;
    return `${signingInput}.${sign('sha256', Buffer.from(signingInput), key).toString('base64url')}`;
  }
}

/** Reads a JWT, and fails if it is not signed by ES256 with this key, as far as it is asked to look. */
export class JwtReader {
  readonly #key: KeyObject;

  constructor(publicKey: JsonWebKey) {
    this.#key = createPublicKey({ key: publicKey, format: 'jwk' });
  }

  read(jwt: string, isSignatureChecked: boolean) {
    const [header = '', claims = '', signature = ''] = jwt.split('.');
    if (isSignatureChecked && !this.#isSigned(`${header}.${claims}`, signature)) {
      throw new Error('a token that is not signed by the key of its issuer');
    }
    return { header: decode(header), claims: decode(claims), signature };
  }

  #isSigned(signingInput: string, signature: string): boolean {
    const key = { key: this.#key, dsaEncoding: 'ieee-p1363' } as const;
    return verify('sha256', Buffer.from(signingInput), key, Buffer.from(signature, 'base64url'));
  }
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function decode(part: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Readonly<Record<string, unknown>>;
}
