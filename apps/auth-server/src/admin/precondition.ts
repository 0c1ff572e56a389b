import { invalidInput, Problem } from '@m2m/service-defaults';

// RFC 9110 8.8.3: entity-tag = [ "W/" ] opaque-tag.
const ENTITY_TAG = /(W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;
const ENTITY_TAGS = /^\s*((W\/)?"[\x21\x23-\x7e\x80-\xff]*"\s*(,\s*|$))+$/;

/** The entity tag of a version of a resource (RFC 9110 8.8.3). */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/**
 * What `If-Match` asks of the resource that is to be changed (RFC 9110 13.1.1): that it is the one its
 * caller has seen, so that nobody overwrites what another has changed meanwhile.
 */
export class Precondition {
  /** Met by every version: for a caller that has not asked for one. */
  static readonly none = new Precondition(undefined);

  private constructor(private readonly tags: readonly string[] | undefined) {}

  /** @throws Problem 400 if the header is malformed. */
  static fromIfMatch(header: string | undefined): Precondition {
    if (header === undefined || header.trim() === '*') return Precondition.none;
    if (!ENTITY_TAGS.test(header)) {
      throw invalidInput([
        { path: ['If-Match'], message: 'must be * or an entity tag such as "3"' },
      ]);
    }
    // A weak tag keeps its W/, by which it matches nothing: If-Match compares strongly (RFC 9110 13.1.1).
    return new Precondition(header.match(ENTITY_TAG) ?? []);
  }

  /** @throws Problem 412 if it is another version than the caller has seen. */
  requireMetBy(version: number): void {
    if (!this.tags || this.tags.includes(entityTag(version))) return;
    throw new Problem(412, {
      code: 'version_mismatch',
      detail: 'It has been changed meanwhile. Read it again and repeat what you want to change.',
    });
  }
}
