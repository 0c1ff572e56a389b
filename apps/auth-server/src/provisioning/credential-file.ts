import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { generateClientSecret } from '../clients/client-secret.js';

const credentialFile = z.object({ client_id: z.string(), client_secret: z.string() });

/**
 * Returns the secret in a client's credential file; where there is no such file, makes a secret and the
 * file. The file comes first and the registration second, so that whatever is interrupted in between,
 * the next run finds the secret and registers it.
 *
 * @param directory made if it is missing, for the owner only.
 */
export async function credentialFromFile(directory: string, clientId: string): Promise<string> {
  const file = join(directory, `${encodeURIComponent(clientId)}.json`);
  const existing = await readIfThere(file);
  if (existing !== undefined) return credentialFile.parse(JSON.parse(existing)).client_secret;
  const secret = generateClientSecret();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeAtOnce(file, { client_id: clientId, client_secret: secret });
  return secret;
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
