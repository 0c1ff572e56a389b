import { expect } from 'vitest';

// The types of these are any, which would spread to all that they stand in.
export const aString: unknown = expect.any(String);
export const aNumber: unknown = expect.any(Number);
export const textLike = (pattern: RegExp): unknown => expect.stringMatching(pattern);
export const listWith = (items: readonly unknown[]): unknown => expect.arrayContaining([...items]);
export const objectWith = (members: object): unknown => expect.objectContaining(members);
