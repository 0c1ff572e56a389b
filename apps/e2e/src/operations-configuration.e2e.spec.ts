import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseFor } from './support/databases.js';
import { send } from './support/http.js';
import {
  freePort,
  runToEnd,
  startApp,
  type AppName,
  type Environment,
} from './support/processes.js';
import { runsAsProcesses, system } from './support/system.js';

const CANARY = 'canary-4f1c';

const DATABASE_VARIABLE = {
  'auth-server': 'AUTH_DATABASE_URL',
  'orders-api': 'ORDERS_DATABASE_URL',
  'billing-worker': 'BILLING_DATABASE_URL',
} as const;

const REQUIRED: readonly (readonly [AppName, readonly string[]])[] = [
  ['auth-server', ['AUTH_DATABASE_URL', 'OAUTH_ISSUER', 'AUTH_KEY_ENCRYPTION_KEY']],
  ['orders-api', ['ORDERS_DATABASE_URL', 'OAUTH_ISSUER', 'ORDERS_API_URL']],
  [
    'billing-worker',
    [
      'BILLING_DATABASE_URL',
      'OAUTH_ISSUER',
      'OAUTH_CLIENT_ID',
      'OAUTH_CLIENT_SECRET',
      'ORDERS_API_URL',
    ],
  ],
];

/** A good configuration, apart from the database and the port. */
const GOOD: Readonly<Record<AppName, Environment>> = {
  'auth-server': {
    OAUTH_ISSUER: 'http://localhost:9',
    AUTH_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  },
  'orders-api': { OAUTH_ISSUER: system.authServer, ORDERS_API_URL: 'http://localhost:9' },
  'billing-worker': {
    OAUTH_ISSUER: system.authServer,
    ORDERS_API_URL: system.ordersApi,
    OAUTH_CLIENT_ID: 'nobody',
    OAUTH_CLIENT_SECRET: 'a-secret-of-a-test',
  },
};

// Each starts a process of its own and mostly waits for it.
const CONCURRENT = { concurrent: true };

async function goodConfiguration(app: AppName): Promise<Environment> {
  return { ...GOOD[app], [DATABASE_VARIABLE[app]]: (await databaseFor(app)).url };
}

describe.runIf(runsAsProcesses).each(REQUIRED)(
  'configuration of %s',
  CONCURRENT,
  (app, required) => {
    let directory: string;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'm2m-e2e-configuration-'));
    });

    afterAll(() => rm(directory, { recursive: true, force: true }));

    it('lists all that is missing at once, by name, and ends with exit code 1', async () => {
      const { code, output } = await runToEnd(app, 'main.js', {});

      expect(code).toBe(1);
      for (const name of required) expect(output).toMatch(new RegExp(`${name}\\b.*missing`));
    });

    it('counts an empty variable as missing', async () => {
      const empty = Object.fromEntries(required.map((name) => [name, '']));
      const { code, output } = await runToEnd(app, 'main.js', empty);

      expect(code).toBe(1);
      for (const name of required) expect(output).toContain(name);
    });

    it('names all that is wrong, and shows no value', async () => {
      const wrong = {
        [DATABASE_VARIABLE[app]]: `mysql://user:${CANARY}@host/db`,
        OAUTH_ISSUER: `http://${CANARY}.example`,
        AUTH_KEY_ENCRYPTION_KEY: CANARY,
        ORDERS_API_URL: `ftp://${CANARY}`,
        OAUTH_CLIENT_AUTH_METHOD: CANARY,
        LOG_LEVEL: CANARY,
        MANAGEMENT_PORT: CANARY,
        API_DOCS: CANARY,
      };
      const { code, output } = await runToEnd(app, 'main.js', wrong);

      expect(code).toBe(1);
      const faulty = [...required.filter((name) => name in wrong), 'LOG_LEVEL', 'MANAGEMENT_PORT'];
      for (const name of [...faulty, 'API_DOCS']) expect(output).toContain(name);
      expect(output).not.toContain(CANARY);
    });

    it('names a file that cannot be read, and a variable that is given twice', async () => {
      const database = DATABASE_VARIABLE[app];
      const { code, output } = await runToEnd(app, 'main.js', {
        [database]: 'postgres://localhost/db',
        [`${database}_FILE`]: join(directory, 'a'),
        OAUTH_ISSUER_FILE: join(directory, 'not-there'),
      });

      expect(code).toBe(1);
      expect(output).toMatch(new RegExp(`${database}.*both`));
      expect(output).toMatch(/OAUTH_ISSUER_FILE.*cannot be read/);
    });

    it('O02 is taken from files where they are given, with management on a port of its own', async () => {
      const environment: Record<string, string> = {};
      for (const [name, value] of Object.entries(await goodConfiguration(app))) {
        const file = join(directory, name);
        await writeFile(file, `${value}\n`);
        environment[`${name}_FILE`] = file;
      }
      const [port, managementPort] = [await freePort(), await freePort()];
      environment['MANAGEMENT_PORT'] = String(managementPort);
      const until = '/nowhere';

      const running = await startApp(app, environment, { port, until, status: 404 });
      const management = `http://localhost:${managementPort}`;
      try {
        for (const path of ['/health/live', '/health/ready', '/metrics']) {
          expect((await send(running.url + path)).status, path).toBe(404);
          expect([200, 503]).toContain((await send(management + path)).status);
        }
        expect((await send(`${management}/health/live`)).status).toBe(200);
        expect((await send(`${management}/metrics`)).text).toContain(`service="${app}"`);
      } finally {
        expect(await running.process.stop()).toBe(0);
      }
    });

    it('says which port is taken', async () => {
      const taken = new URL(system.ordersApi).port;
      const variable = `${app.toUpperCase().replaceAll('-', '_')}_PORT`;
      const environment = { ...(await goodConfiguration(app)), [variable]: taken };
      const { code, output } = await runToEnd(app, 'main.js', environment);

      expect(code).toBe(1);
      expect(output).toContain(taken);
    });

    it('says that the database is not there, without its password', async () => {
      const nowhere = `postgres://user:${CANARY}@127.0.0.1:${await freePort()}/db`;
      const environment = { ...GOOD[app], [DATABASE_VARIABLE[app]]: nowhere };
      const { code, output } = await runToEnd(app, 'migrate.js', environment);

      expect(code).toBe(1);
      expect(output).toContain('ECONNREFUSED');
      expect(output).not.toContain(CANARY);
    });
  },
);

describe.runIf(runsAsProcesses)('configuration of the issuer', CONCURRENT, () => {
  it.each([
    'http://issuer.example',
    'https://issuer.example/',
    'https://issuer.example?a=b',
    'https://issuer.example#a',
  ])('M02 O06 refuses %s as an issuer', async (issuer) => {
    const environment = { ...(await goodConfiguration('auth-server')), OAUTH_ISSUER: issuer };
    const { code, output } = await runToEnd('auth-server', 'main.js', environment);

    expect(code).toBe(1);
    expect(output).toContain('OAUTH_ISSUER');
  });
});

describe.runIf(runsAsProcesses).each(['auth-server', 'orders-api'] as const)(
  'documentation of %s',
  (app) => {
    it('O02 is gone with API_DOCS=off', async () => {
      const environment = { ...(await goodConfiguration(app)), API_DOCS: 'off' };
      const running = await startApp(app, environment);
      try {
        for (const path of ['/docs', '/openapi.json', '/openapi.yaml', '/docs/', '/docs-json']) {
          expect((await send(running.url + path)).status, path).toBe(404);
        }
      } finally {
        await running.process.stop();
      }
    });
  },
);
