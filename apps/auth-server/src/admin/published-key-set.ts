import { jsonWebKeySet, type SigningKey } from '@m2m/token-issuance';
import type { JSONWebKeySet } from 'jose';

/** The published keys, as one object for as long as they are the same keys. */
export class PublishedKeySet {
  private published: readonly SigningKey[] = [];
  private document = asDocument([]);

  constructor(private readonly keys: { readonly published: readonly SigningKey[] }) {}

  /** Bound, so that it can be handed over as a function. */
  readonly read = (): JSONWebKeySet => {
    const { published } = this.keys;
    if (!areSame(published, this.published)) {
      this.published = published;
      this.document = asDocument(published);
    }
    return this.document;
  };
}

function asDocument(keys: readonly SigningKey[]): JSONWebKeySet {
  return { keys: [...jsonWebKeySet(keys).keys] };
}

function areSame(a: readonly SigningKey[], b: readonly SigningKey[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}
