import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { resolveFile } from '../command-line/surroundings.ts';
import type { Surroundings } from '../command-line/surroundings.ts';
import { readCredentials } from '../../local-system/client-credentials.ts';
import type { ClientCredentials } from '../../local-system/client-credentials.ts';
import { DataDirectory } from '../../local-system/data-directory.ts';
import { LocalSystemError } from '../../local-system/local-system-error.ts';
import { WORKSPACE_ROOT } from '../../workspace/root.ts';
import { noAccess } from './no-access.ts';
import { isLocal } from './issuer.ts';

/** The client of the demo that may administer the others. */
const DEMO_OPERATOR = 'operator';

/**
 * The credentials in a file, else those in the environment, else those of the demo's operator, which are
 * sent to no other machine.
 */
export async function operatorCredentials(
  file: string | undefined,
  issuer: URL,
  surroundings: Surroundings,
): Promise<ClientCredentials> {
  const { environment } = surroundings;
  if (file !== undefined) return fromFile(resolveFile(file, surroundings));
  const clientId = environment['OAUTH_CLIENT_ID'];
  if (clientId) return fromEnvironment(clientId, environment);
  if (isLocal(issuer)) return fromFile(demoFile(environment));
  throw noAccess('no_credentials', `no credentials for ${issuer.href}: ${OTHERS}`);
}

const OTHERS = 'name them by --credentials or OAUTH_CLIENT_ID';

function demoFile(environment: NodeJS.ProcessEnv): string {
  const directory = resolve(WORKSPACE_ROOT, environment['M2M_DATA_DIR'] || '.data');
  return new DataDirectory(directory).credentials(DEMO_OPERATOR);
}

async function fromFile(path: string): Promise<ClientCredentials> {
  try {
    return await readCredentials(path);
  } catch (error) {
    if (error instanceof SyntaxError) throw noAccess('no_credentials', `${path}: not JSON`);
    if (error instanceof LocalSystemError) throw noAccess('no_credentials', error.message);
    throw noAccess(
      'no_credentials',
      `${unreadable(path, error)}; npm start makes it, or ${OTHERS}`,
    );
  }
}

async function fromEnvironment(
  clientId: string,
  environment: NodeJS.ProcessEnv,
): Promise<ClientCredentials> {
  const secret = await valueOf('OAUTH_CLIENT_SECRET', environment);
  if (secret) return { client_id: clientId, client_secret: secret };
  const key = await valueOf('OAUTH_CLIENT_PRIVATE_KEY', environment);
  if (key) return { client_id: clientId, private_key: parseKey(key) };
  throw noAccess(
    'no_credentials',
    'OAUTH_CLIENT_ID is set, but neither OAUTH_CLIENT_SECRET nor OAUTH_CLIENT_PRIVATE_KEY is',
  );
}

/** The value of a variable, or what the file holds that `NAME_FILE` names. */
async function valueOf(name: string, environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const file = environment[`${name}_FILE`];
  if (!file) return environment[name];
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw noAccess('no_credentials', `${name}_FILE: ${unreadable(file, error)}`);
  }
}

function parseKey(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw noAccess('no_credentials', 'OAUTH_CLIENT_PRIVATE_KEY: not a JWK');
  }
}

function unreadable(path: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return code === 'ENOENT' ? `there is no ${path}` : `${path} cannot be read (${code})`;
}
