import { randomBytes } from 'node:crypto';
import { readFileIfPresent, writePrivateFile } from './private-file.ts';

const SECRET_BYTES = 32;

/** The secret kept in this file; on the first call a new random one of 256 bits. */
export async function keepSecret(
  path: string,
  encoding: 'base64' | 'base64url' = 'base64url',
): Promise<string> {
  return keepText(path, () => randomSecret(encoding));
}

/** The line kept in this file; on the first call the one that is made now. */
export async function keepText(path: string, make: () => string): Promise<string> {
  const existing = (await readFileIfPresent(path))?.trim();
  if (existing) return existing;
  const text = make();
  await writePrivateFile(path, `${text}\n`);
  return text;
}

/** A random secret of 256 bits. */
export function randomSecret(encoding: 'base64' | 'base64url' = 'base64url'): string {
  return randomBytes(SECRET_BYTES).toString(encoding);
}
