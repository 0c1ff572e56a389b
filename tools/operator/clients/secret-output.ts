import type { Command } from 'commander';
import type { Representation } from '../admin-api/admin-api.ts';
import { resolveFile } from '../command-line/surroundings.ts';
import type { Surroundings } from '../command-line/surroundings.ts';
import { CredentialsFile } from './credentials-file.ts';

/** Where a new secret goes. */
export interface SecretFlags {
  readonly credentialsOut?: string;
  readonly overwrite?: true;
}

export function withSecretFlags(command: Command): Command {
  return command
    .option(
      '--credentials-out <file>',
      'write client_id and client_secret there, mode 0600, and do not print the secret',
    )
    .option('--overwrite', 'also if that file exists');
}

/**
 * Has a client made or changed, and puts the secret it may be given into a file, if one is named.
 *
 * @returns the client, with either its `client_secret` or the `credentials_file` that holds it.
 */
export async function keepSecret(
  { credentialsOut, overwrite }: SecretFlags,
  surroundings: Surroundings,
  work: () => Promise<Representation>,
): Promise<Representation> {
  if (credentialsOut === undefined) return work();
  const path = resolveFile(credentialsOut, surroundings);
  const file = await CredentialsFile.open(path, overwrite === true);
  try {
    const { client_secret: secret, ...client } = await work();
    if (typeof secret !== 'string') return client;
    await file.write({ client_id: String(client['client_id']), client_secret: secret });
    return { ...client, credentials_file: path };
  } finally {
    await file.close();
  }
}

/** What to tell people of the secret that a client was given; empty if it was given none. */
export function secretText(client: Representation, { credentialsOut }: SecretFlags): string {
  const { client_secret: secret, credentials_file: file } = client;
  if (typeof secret === 'string') {
    return `\n\nclient secret  ${secret}\nKeep it now: it is shown this one time and cannot be read again.`;
  }
  if (typeof file === 'string') return `\n\nThe secret is in ${file}`;
  return credentialsOut === undefined
    ? ''
    : `\n\nThere is no new secret, so ${credentialsOut} was not written.`;
}
