import type { JsonWebKey } from 'node:crypto';
import { BenchError } from '../bench-error.ts';

/** The key that an auth-server signs its tokens by, as it publishes it. */
export async function publishedKey(issuer: string): Promise<JsonWebKey> {
  const response = await fetch(`${issuer}/oauth2/jwks`);
  const { keys } = (await response.json()) as { readonly keys: readonly JsonWebKey[] };
  const [key] = keys;
  if (!key) throw new BenchError(`${issuer} publishes no key`);
  return key;
}
