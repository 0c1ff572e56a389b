import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSigningKey } from '@m2m/token-issuance';
import type { JWK } from 'jose';
import { z } from 'zod';
import type { ClientKeyAlgorithm } from '../client-keys/client-key.js';
import { generateClientSecret } from '../clients/client-secret.js';

/** In place of the 46 of a generated one, for files that are made elsewhere: enough for the 128 bits of RFC 6749 10.10. */
const FEWEST_CHARACTERS = 32;

const secretFile = z.object({
  client_id: z.string(),
  client_secret: z.string().min(FEWEST_CHARACTERS),
});
const privateKeyFile = z.object({
  client_id: z.string(),
  private_key: z.looseObject({ kty: z.string(), d: z.string(), kid: z.string(), alg: z.string() }),
});

/**
 * Returns the secret in a client's credential file; where there is no such file, makes a secret and the
 * file. The file comes first and the registration second, so that whatever is interrupted in between,
 * the next run finds the secret and registers it.
 *
 * @param directory made if it is missing, for the owner only.
 */
export async function secretFromFile(directory: string, clientId: string): Promise<string> {
  const content = await keepFile(directory, clientId, async () => ({
    client_secret: generateClientSecret(),
  }));
  return read(secretFile, content, clientId).client_secret;
}

/**
 * The same for a client that has a key: returns its private JWK.
 *
 * @param alg what the key is for, if it is made now.
 */
export async function privateKeyFromFile(
  directory: string,
  clientId: string,
  alg: ClientKeyAlgorithm,
): Promise<JWK> {
  const content = await keepFile(directory, clientId, async () => ({
    private_key: await generatePrivateKey(alg),
  }));
  return read(privateKeyFile, content, clientId).private_key;
}

/** Says nothing of what the file holds: what is wrong may be in the middle of a secret. */
function read<Credential extends { readonly client_id: string }>(
  schema: z.ZodType<Credential>,
  content: unknown,
  clientId: string,
): Credential {
  const { data, error } = schema.safeParse(content);
  if (error) throw new Error(`the credential file of ${clientId}: ${z.prettifyError(error)}`);
  if (data.client_id !== clientId) {
    throw new Error(`the credential file of ${clientId} is that of another client`);
  }
  return data;
}

async function generatePrivateKey(alg: ClientKeyAlgorithm): Promise<object> {
  const { kid, privateKey } = await generateSigningKey(alg);
  return { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

async function keepFile(
  directory: string,
  clientId: string,
  generate: () => Promise<object>,
): Promise<unknown> {
  const file = join(directory, `${encodeURIComponent(clientId)}.json`);
  const existing = await readIfThere(file);
  if (existing !== undefined) return JSON.parse(existing);
  const content = { client_id: clientId, ...(await generate()) };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeAtOnce(file, content);
  return content;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

// Written under another name and renamed, so that nobody ever reads half a file.
async function writeAtOnce(file: string, content: object): Promise<void> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}
