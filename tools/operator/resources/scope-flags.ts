import { InvalidArgumentError } from 'commander';

/** A scope of a resource server, as the API has it. */
export interface Scope {
  readonly name: string;
  readonly description: string;
}

/** Reads `name=description`, once more for each further scope. */
export function collectScope(text: string, earlier: readonly Scope[] = []): readonly Scope[] {
  const [, name, description] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || description === undefined) {
    throw new InvalidArgumentError('It takes name=description.');
  }
  return [...earlier, { name, description }];
}

/** Reads a name, once more for each further one. */
export function collectName(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}

/** The scopes after some were added, or described anew, and others removed. */
export function scopesAfter(
  before: readonly Scope[],
  given: readonly Scope[],
  removed: readonly string[],
): Scope[] {
  const scopes = new Map([...before, ...given].map((scope) => [scope.name, scope]));
  for (const name of removed) scopes.delete(name);
  return [...scopes.values()];
}
