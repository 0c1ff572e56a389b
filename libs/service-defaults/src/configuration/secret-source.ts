import { readFile } from 'node:fs/promises';

/**
 * Makes a function that reads a secret at each use: anew from its file where it is given as `NAME_FILE`,
 * so that one which is replaced there is picked up without a restart.
 *
 * To be used for a variable that `loadConfiguration` has checked.
 */
export function secretSource(name: string, environment: NodeJS.ProcessEnv): () => Promise<string> {
  const file = environment[`${name}_FILE`];
  const value = environment[name];
  return async () => {
    const secret = file ? (await readFile(file, 'utf8')).trimEnd() : value;
    if (!secret) throw new Error(`${name} is empty`);
    return secret;
  };
}
