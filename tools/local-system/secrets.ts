import { randomBytes } from 'node:crypto';
import { readFileIfPresent, writePrivateFile } from './private-file.ts';

const SECRET_BYTES = 32;

/** The secret kept in this file; on the first call a new random one of 256 bits. */
export async function keepSecret(
  path: string,
  encoding: 'base64' | 'base64url' = 'base64url',
): Promise<string> {
  const existing = (await readFileIfPresent(path))?.trim();
  if (existing) return existing;
  const secret = randomBytes(SECRET_BYTES).toString(encoding);
  await writePrivateFile(path, `${secret}\n`);
  return secret;
}
