import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { credentialsOf } from './support/credentials.js';
import { databaseFor } from './support/databases.js';
import { send } from './support/http.js';
import { basic, expectOAuthError, GRANT, postToken, type Credentials } from './support/oauth.js';
import { document, operate } from './support/operator.js';
import { startApp, type Environment } from './support/processes.js';
import { runsAsProcesses, system } from './support/system.js';
import { SOON } from './support/worker-world.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const VOLUME = '/run/secrets/client-billing-worker';

interface ComposeFile {
  readonly services: {
    readonly 'billing-worker': { readonly environment: Readonly<Record<string, string | null>> };
  };
}

describe.runIf(runsAsProcesses)('the variant private_key_jwt', () => {
  const clientId = `e2e-made-${randomUUID()}`;
  let directory: string;
  let secret: Credentials;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'm2m-variant-'));
    await cp(join(ROOT, 'docker-compose.yml'), join(directory, 'docker-compose.yml'));
    const created = await document('clients', ['create', clientId, '--scope', 'orders:read']);
    secret = created as unknown as Credentials;
  });

  afterAll(async () => {
    await operate('clients', ['delete', clientId]);
    await rm(directory, { recursive: true });
  });

  it('P01 A09 takes a running client from its secret to a key by the commands and the diff as printed', async () => {
    expect((await tokenBySecret()).status).toBe(200);

    await runCommands();

    expectOAuthError(await tokenBySecret(), 401, 'invalid_client');
    await expectTokenWith(await workerConfiguration());
  });

  const tokenBySecret = () => postToken(GRANT, { authorization: basic(secret) });

  /** As printed, but for the folders, and without the containers around them. */
  async function runCommands(): Promise<void> {
    const page = await readFile(join(ROOT, 'docs/variants/private-key-jwt.md'), 'utf8');
    const commands = Array.from(page.matchAll(/```sh\n(.*?)```/gs), ([, block = '']) => block);
    const script = commands
      .join('\n')
      .replace('docker compose run --rm --no-deps -T provision', process.execPath)
      .replace('docker compose up --detach --wait billing-worker', '')
      .replace('git apply ', `git -C ${directory} apply ${ROOT}`)
      // Not by npm, which would first install what is missing, under the tests that run.
      .replaceAll('npm run clients --', `${process.execPath} tools/operator/clients/main.ts`)
      .replace('update billing-worker', `update ${clientId}`)
      .replaceAll('worker.jwks.json', `${directory}/worker.jwks.json`)
      .replaceAll(VOLUME, directory);
    const operator = await credentialsOf('operator');
    const { PATH, HOME } = process.env;
    const env = {
      PATH,
      HOME,
      OAUTH_ISSUER: system.authServer,
      OAUTH_CLIENT_ID: operator.client_id,
      OAUTH_CLIENT_SECRET: operator.client_secret,
    };
    await run('bash', ['-euo', 'pipefail', '-c', script], { cwd: ROOT, env });
  }

  /** What the changed file gives the worker, with the addresses of the system under test. */
  async function workerConfiguration(): Promise<Environment> {
    const file = await readFile(join(directory, 'docker-compose.yml'), 'utf8');
    const { services } = parse(file, { merge: true }) as ComposeFile;
    const given = Object.entries(services['billing-worker'].environment).flatMap(
      ([name, value]): [string, string][] =>
        value === null ? [] : [[name, value.replace(VOLUME, directory)]],
    );
    return {
      ...Object.fromEntries(given),
      OAUTH_ISSUER: system.authServer,
      OAUTH_TOKEN_ENDPOINT: `${system.authServer}/oauth2/token`,
      OAUTH_CLIENT_ID: clientId,
      // Not to bill anything of the other tests.
      OAUTH_SCOPE: 'orders:read',
      ORDERS_API_URL: system.ordersApi,
      ORDERS_API_AUDIENCE: system.ordersApi,
      BILLING_DATABASE_URL_FILE: join(directory, 'database-url'),
    };
  }

  async function expectTokenWith(configuration: Environment): Promise<void> {
    const database = await databaseFor('billing-worker');
    await writeFile(join(directory, 'database-url'), database.url, { mode: 0o600 });
    const worker = await startApp('billing-worker', configuration);
    try {
      await vi.waitFor(async () => {
        expect((await send(`${worker.url}/health/ready`)).text).toContain('"access token":"up"');
      }, SOON);
    } finally {
      await worker.process.stop();
      await database.drop();
    }
  }
});
