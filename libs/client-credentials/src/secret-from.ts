import { readFile } from 'node:fs/promises';

/**
 * Makes a function that reads a secret from the environment at each use: anew from its file where it is
 * given as `NAME_FILE`, so that one which is replaced there is picked up without a restart.
 */
export function secretFrom(name: string, environment = process.env): () => Promise<string> {
  return async () => {
    const file = environment[`${name}_FILE`];
    const secret = file ? (await readFile(file, 'utf8')).trimEnd() : environment[name];
    if (!secret) throw new Error(`${name} is empty`);
    return secret;
  };
}
