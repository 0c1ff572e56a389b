import type { JSONWebKeySet } from 'jose';
import { keySetFrom, type KeySet } from './key-set.js';
import type { VerificationKeys } from './verification-keys.js';

/**
 * Keys that are at hand in the process, as an authorization server's are for an API of its own, which need
 * not fetch them from itself. A change counts from the next token on.
 */
export class GivenKeys implements VerificationKeys {
  private searchable: { readonly document: JSONWebKeySet; readonly keys: KeySet } | undefined;

  /** @param read gives the keys as they are now: the same object for as long as they do not change. */
  constructor(private readonly read: () => JSONWebKeySet) {}

  readonly resolve: VerificationKeys['resolve'] = async (...wanted) =>
    this.current().find(...wanted);

  stillPublished(name: string): boolean {
    return this.current().names.has(name);
  }

  async ready(): Promise<void> {
    this.current();
  }

  private current(): KeySet {
    const document = this.read();
    if (this.searchable?.document !== document) {
      this.searchable = { document, keys: keySetFrom(document) };
    }
    return this.searchable.keys;
  }
}
