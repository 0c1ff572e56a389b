import { LocalSystemError } from '../local-system/local-system-error.ts';

/** The values of environment variables, none of which may be missing. */
export function requireVariables<Name extends string>(
  environment: NodeJS.ProcessEnv,
  ...names: readonly Name[]
): Readonly<Record<Name, string>> {
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0) throw new LocalSystemError(`not set: ${missing.join(', ')}`);
  return Object.fromEntries(names.map((name) => [name, environment[name]])) as Record<Name, string>;
}
