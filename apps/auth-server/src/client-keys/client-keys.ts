import type { JSONWebKeySet } from 'jose';
import type { RegisteredClient } from '../clients/registered-client.js';
import { readClientKey, type ClientKey } from './client-key.js';
import type { PublishedKeys } from './published-keys.js';

/** The keys of clients that authenticate by `private_key_jwt`: those registered, or those they publish. */
export class ClientKeys {
  /** Each registered set is parsed once, for as long as the client is remembered. */
  private readonly parsed = new WeakMap<JSONWebKeySet, readonly ClientKey[]>();

  constructor(private readonly published: PublishedKeys) {}

  /** The keys of a client, none where it has a secret; undefined if they cannot be fetched. */
  async of({ jwks, jwksUri }: RegisteredClient): Promise<readonly ClientKey[] | undefined> {
    if (jwksUri !== undefined) return this.published.at(jwksUri);
    return jwks ? this.parse(jwks) : [];
  }

  /** The keys of a client that has changed what it publishes; undefined if that is not to be known now. */
  async anewOf({ jwksUri }: RegisteredClient): Promise<readonly ClientKey[] | undefined> {
    return jwksUri === undefined ? undefined : this.published.anewAt(jwksUri);
  }

  private parse(jwks: JSONWebKeySet): readonly ClientKey[] {
    const known = this.parsed.get(jwks);
    if (known) return known;
    const keys = jwks.keys.map((jwk) => readClientKey({ ...jwk }));
    this.parsed.set(jwks, keys);
    return keys;
  }
}
