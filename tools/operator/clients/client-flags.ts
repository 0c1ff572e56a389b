import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { seconds } from '../command-line/seconds.ts';
import { usageFailure } from '../command-line/operator-failure.ts';
import { resolveFile } from '../command-line/surroundings.ts';
import type { Surroundings } from '../command-line/surroundings.ts';

/** The server's own lifetime of tokens. */
const DEFAULT = 'default';

/** The metadata of a client as flags, each named after a member of RFC 7591 2 where there is one. */
export interface ClientFlags {
  readonly name?: string;
  readonly authMethod?: string;
  readonly grantTypes?: string;
  readonly scope?: string;
  readonly jwks?: string;
  readonly jwksUri?: string;
  readonly accessTokenLifetime?: number | typeof DEFAULT;
}

export function withClientFlags(command: Command): Command {
  return command
    .option('--name <text>', 'for people; a new one has its client_id')
    .option(
      '--auth-method <method>',
      'client_secret_basic, which a new one has by itself, client_secret_post or private_key_jwt',
    )
    .option('--grant-types <grants>', 'client_credentials, the only one there is')
    .option('--scope <scopes>', 'what it may ask for: scopes with spaces between them')
    .option('--jwks <file>', 'its public keys, a JWK Set; - for standard input')
    .option('--jwks-uri <url>', 'where it publishes its public keys')
    .option(
      '--access-token-lifetime <seconds>',
      'how long its tokens live, or default for as long as the server has it',
      lifetime,
    );
}

/** The members that the flags stand for; those of flags that were not given are missing. */
export async function clientMetadata(
  flags: ClientFlags,
  surroundings: Surroundings,
): Promise<Record<string, unknown>> {
  const metadata = {
    client_name: flags.name,
    token_endpoint_auth_method: flags.authMethod,
    grant_types: flags.grantTypes?.split(' '),
    scope: flags.scope,
    jwks: flags.jwks === undefined ? undefined : await readJwks(flags.jwks, surroundings),
    jwks_uri: flags.jwksUri,
    access_token_lifetime: flags.accessTokenLifetime === DEFAULT ? null : flags.accessTokenLifetime,
  };
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== undefined));
}

function lifetime(text: string): number | typeof DEFAULT {
  return text === DEFAULT ? DEFAULT : seconds(text);
}

async function readJwks(file: string, surroundings: Surroundings): Promise<unknown> {
  try {
    return JSON.parse(await readText(file, surroundings));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is not JSON' : 'it cannot be read';
    throw usageFailure(`--jwks ${file}: ${reason}`);
  }
}

function readText(file: string, surroundings: Surroundings): Promise<string> {
  return file === '-'
    ? readAll(surroundings.stdin)
    : readFile(resolveFile(file, surroundings), 'utf8');
}
