import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { docker, PROJECT, ROOT } from './setup/docker.js';
import {
  evaluate,
  execute,
  inspect,
  NODE_SERVICES,
  ONE_SHOTS,
  SERVICES,
} from './support/containers.js';
import { everySecret } from './support/secrets.js';
import { runsInContainers } from './support/system.js';

/** A service of each image. */
const BUILT = ['auth-server', 'orders-api', 'billing-worker', 'migrate', 'ingress'] as const;

/** Which one mounts which volume with secrets: its owner and the one-shot that fills it. */
const MOUNTED_BY = {
  'database-superuser': ['database', 'migrate', 'secrets'],
  'auth-database': ['auth-server', 'migrate', 'provision', 'secrets'],
  'orders-database': ['migrate', 'orders-api', 'secrets'],
  'billing-database': ['billing-worker', 'migrate', 'secrets'],
  'key-encryption-key': ['auth-server', 'secrets'],
  'client-billing-worker': ['billing-worker', 'provision'],
  'client-order-entry': ['demo-orders', 'provision'],
  'client-operator': ['provision'],
} as const;

describe.runIf(runsInContainers)('the containers', () => {
  it.each([...SERVICES, ...ONE_SHOTS])('of %s can do no more than they have to', async (name) => {
    const { HostConfig: host } = await inspect(name);

    expect(host).toMatchObject({ ReadonlyRootfs: true, Privileged: false, Init: true });
    expect(host.CapDrop).toEqual(['ALL']);
    expect(host.CapAdd ?? []).toEqual([]);
    expect(host.SecurityOpt).toContain('no-new-privileges:true');
    expect(host.Memory).toBeGreaterThan(0);
    expect(host.PidsLimit).toBeGreaterThan(0);
    expect(host.LogConfig.Config).toMatchObject({ 'max-size': '10m', 'max-file': '3' });
    const isOneShot = ONE_SHOTS.some((oneShot) => oneShot === name);
    expect(host.RestartPolicy.Name).toBe(isOneShot ? 'no' : 'unless-stopped');
  });

  it.each(SERVICES)('of %s run without root and without a capability', async (service) => {
    const status = await execute(service, 'cat', '/proc/1/status', '/proc/self/status');

    const valuesOf = (field: string) =>
      [...status.matchAll(new RegExp(`^${field}:\\s*(.*)$`, 'gm'))].map(([, value]) => value);
    expect(valuesOf('CapEff')).toEqual(['0000000000000000', '0000000000000000']);
    expect(valuesOf('CapBnd')).toEqual(['0000000000000000', '0000000000000000']);
    expect(valuesOf('NoNewPrivs')).toEqual(['1', '1']);
    for (const ids of valuesOf('Uid')) expect(ids).not.toMatch(/\b0\b/);
  });

  it.each(NODE_SERVICES)('of %s cannot write to their file system', async (service) => {
    const attempts = `
      import { writeFileSync } from 'node:fs';
      const code = (path) => { try { writeFileSync(path, 'x'); } catch (e) { return e.code; } };
      const paths = ['/x', '/app/x', '/tmp/x', '/home/node/x', '/usr/local/bin/node', '/run/x'];
      console.log(JSON.stringify(paths.map(code)));`;

    const codes = JSON.parse(await evaluate(service, attempts)) as string[];

    expect(new Set(codes)).toEqual(new Set(['EROFS']));
  });

  it('of the database cannot write to theirs', async () => {
    const write = 'for f in /x /usr/x /etc/x /home/x; do (: > $f) 2>&1 || true; done';

    const errors = (await execute('database', 'sh', '-c', write)).split('\n');

    expect(errors).toHaveLength(4);
    for (const error of errors) expect(error).toContain('Read-only file system');
  });

  it('are alone with their secrets: a volume is mounted by its owner and who fills it', async () => {
    const mounts = await Promise.all(
      [...SERVICES, ...ONE_SHOTS].map(async (name) => ({ name, ...(await inspect(name)) })),
    );

    for (const [name, services] of Object.entries(MOUNTED_BY)) {
      const volume = `${PROJECT}_${name}`;
      const mounting = mounts.filter(({ Mounts }) => Mounts.some(({ Name }) => Name === volume));
      expect(mounting.map(({ name }) => name).sort(), volume).toEqual(services);
      for (const { name, Mounts } of mounting.filter(({ name }) => name !== 'secrets')) {
        if (name === 'provision' && volume.startsWith(`${PROJECT}_client-`)) continue;
        expect(Mounts.find(({ Name }) => Name === volume)?.RW, `${name} ${volume}`).toBe(false);
      }
    }
    expect(mounts.flatMap(({ Mounts }) => Mounts.filter(({ Type }) => Type === 'bind'))).toEqual(
      [],
    );
  });

  it('hold no secret in an environment variable', async () => {
    const secrets = await everySecret();
    const environments = await Promise.all(
      [...SERVICES, ...ONE_SHOTS].map(async (name) => (await inspect(name)).Config.Env.join('\n')),
    );
    const running = await Promise.all(
      SERVICES.map((service) => execute(service, 'cat', '/proc/self/environ')),
    );

    expect(secrets.length).toBeGreaterThan(10);
    const text = [...environments, ...running].join('\n');
    expect(text).toContain('OAUTH_ISSUER');
    expect(secrets.filter((secret) => text.includes(secret))).toHaveLength(0);
  });

  it('are reached from this machine alone, and by the ingress alone', async () => {
    for (const name of [...SERVICES, ...ONE_SHOTS]) {
      const bindings = Object.values((await inspect(name)).HostConfig.PortBindings).flat();
      expect(bindings, name).toHaveLength(name === 'ingress' ? 3 : 0);
      for (const { HostIp } of bindings) expect(HostIp).toBe('127.0.0.1');
    }
  });

  it.each(['services', 'data'])('have no way out of the network %s', async (name) => {
    const network = `${PROJECT}_${name}`;
    expect(await docker(['network', 'inspect', '--format', '{{.Internal}}', network])).toBe('true');
  });
});

describe.runIf(runsInContainers)('the roles of the database', () => {
  const DATABASES = ['auth', 'orders', 'billing', 'postgres', 'template1'] as const;

  it.each([
    ['auth-server', 'auth'],
    ['orders-api', 'orders'],
    ['billing-worker', 'billing'],
  ] as const)('that %s has opens the database %s and no other', async (service, database) => {
    const connect = `
      import { readFileSync } from 'node:fs';
      import pg from 'pg';
      const outcome = async (name) => {
        const url = new URL(readFileSync('/run/secrets/${database}-database/url', 'utf8').trim());
        url.pathname = name;
        const client = new pg.Client({ connectionString: url.href });
        try {
          await client.connect();
          const { rows } = await client.query('SELECT rolsuper FROM pg_roles WHERE rolname = current_user');
          return rows[0].rolsuper ? 'as superuser' : 'open';
        } catch (error) {
          return error.code;
        } finally {
          await client.end();
        }
      };
      const names = ${JSON.stringify(DATABASES)};
      console.log(JSON.stringify(await Promise.all(names.map(outcome))));`;

    const outcomes = JSON.parse(await evaluate(service, connect)) as string[];

    // 42501: insufficient_privilege.
    expect(outcomes).toEqual(DATABASES.map((name) => (name === database ? 'open' : '42501')));
  });
});

describe.runIf(runsInContainers)('the images', () => {
  it.each(BUILT)('of %s run as the user node, who needs no shell', async (service) => {
    const [{ Config: config }] = JSON.parse(
      await docker(['image', 'inspect', `${PROJECT}-${service}`]),
    ) as [{ Config: { User: string; Entrypoint: string[]; Healthcheck?: { Test: string[] } } }];

    expect(config.User).toBe('node');
    expect(config.Entrypoint[0]).toBe('node');
    for (const part of config.Healthcheck?.Test ?? []) expect(part).not.toBe('CMD-SHELL');
  });

  it.each(BUILT)('of %s hold what runs, and nothing of how it was made', async (service) => {
    const files = await filesOf(`${PROJECT}-${service}`);

    const found = (pattern: RegExp) => files.filter((file) => pattern.test(file));
    expect(files.length).toBeGreaterThan(3);
    expect(found(/\.spec\.|\.test\.|(^|\/)__tests__\//)).toEqual([]);
    expect(found(/\.(map|tsbuildinfo|mts|cts)$/)).toEqual([]);
    expect(
      found(/^node_modules\/(typescript|vitest|nx|eslint|@nx|@swc|@types|@m2m\/testing)$/),
    ).toEqual([]);
    expect(found(/^(apps|libs|node_modules)\/.*\.ts$/)).toEqual([]);
  });

  it.each(['auth-server', 'orders-api', 'billing-worker'])(
    'of %s hold that app alone',
    async (service) => {
      const files = await filesOf(`${PROJECT}-${service}`);

      expect(files).toContain(`apps/${service}/dist/main.js`);
      expect(files.filter((file) => /^apps\/[^/]+$/.test(file))).toEqual([`apps/${service}`]);
    },
  );

  it('take nothing along that git ignores, wherever it lies', { timeout: 300_000 }, async () => {
    const planted = await plant([
      ...[
        '.env',
        '.data/secrets/planted',
        'apps/auth-server/.env',
        'apps/auth-server/src/.env.local',
      ],
      ...['libs/guards/src/planted.pem', 'tools/containers/.env', 'tools/ingress/planted.key'],
    ]);
    try {
      for (const target of ['auth-server', 'operations', 'ingress', 'build']) {
        const image = `${PROJECT}-planted`;
        await docker([
          ...['build', '--quiet', '--file', 'deploy/Dockerfile'],
          ...['--target', target, '--tag', image, '.'],
        ]);
        const files = await filesOf(image);
        const taken = /^(?!node_modules).*(\.env|\.data|planted)/;
        expect(
          files.filter((file) => taken.test(file)),
          target,
        ).toEqual([]);
        await docker(['image', 'rm', image]);
      }
    } finally {
      await Promise.all(planted.map((file) => rm(file)));
    }
  });

  it.each(BUILT)('of %s were made with no secret for an argument', async (service) => {
    const history = await docker(['history', '--no-trunc', `${PROJECT}-${service}`]);

    const secrets = await everySecret();
    expect(history).toContain('node');
    expect(secrets.filter((secret) => history.includes(secret))).toHaveLength(0);
    expect(history).not.toMatch(/(SECRET|PASSWORD|TOKEN|KEY)\w*=/);
  });
});

/** The files in an image's folder, relative to it. */
async function filesOf(image: string): Promise<string[]> {
  const list = `
    for (const entry of require('node:fs').readdirSync('/app', { recursive: true })) console.log(entry);`;
  const run = ['run', '--rm', '--network', 'none', '--entrypoint', 'node'];
  return (await docker([...run, image, '--eval', list])).split('\n');
}

/** Makes files that hold nothing, where there is none yet; returns those that it made. */
async function plant(files: readonly string[]): Promise<string[]> {
  const made: string[] = [];
  for (const file of files) {
    const path = join(ROOT, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '', { flag: 'wx' }).then(
      () => made.push(path),
      () => undefined,
    );
  }
  return made;
}
