import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { docker } from './setup/docker.js';
import {
  evaluate,
  execute,
  inspect,
  NODE_SERVICES,
  ONE_SHOTS,
  SERVICES,
} from './support/containers.js';
import { own, runsInContainers, system } from './support/system.js';

const IMAGES = ['auth-server', 'orders-api', 'billing-worker', 'operations', 'ingress'] as const;

/** Which one mounts which volume with secrets: its owner and the one-shot that fills it. */
const MOUNTED_BY = {
  'm2m_database-superuser': ['database', 'migrate', 'secrets'],
  'm2m_auth-database': ['auth-server', 'migrate', 'provision', 'secrets'],
  'm2m_orders-database': ['migrate', 'orders-api', 'secrets'],
  'm2m_billing-database': ['billing-worker', 'migrate', 'secrets'],
  'm2m_key-encryption-key': ['auth-server', 'secrets'],
  'm2m_client-billing-worker': ['billing-worker', 'provision'],
  'm2m_client-order-entry': ['demo-orders', 'provision'],
  'm2m_client-operator': ['provision'],
} as const;

async function everySecret(): Promise<string[]> {
  const directory = own().secretsDir;
  const names = await readdir(directory);
  const generated = names.map(async (name) => readFile(join(directory, name), 'utf8'));
  const clients = (await readdir(system.credentialsDir)).map(async (name) => {
    const text = await readFile(join(system.credentialsDir, name), 'utf8');
    return (JSON.parse(text) as { client_secret: string }).client_secret;
  });
  return (await Promise.all([...generated, ...clients])).map((text) => text.trim());
}

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

  it('of the database can write to its data only', async () => {
    const write = 'for f in /x /usr/x /etc/x /home/x; do (: > $f) 2>&1 || true; done';

    const errors = (await execute('database', 'sh', '-c', write)).split('\n');

    expect(errors).toHaveLength(4);
    for (const error of errors) expect(error).toContain('Read-only file system');
  });

  it('C01 are alone with their secrets: a volume is mounted by its owner and who fills it', async () => {
    const mounts = await Promise.all(
      [...SERVICES, ...ONE_SHOTS].map(async (name) => ({ name, ...(await inspect(name)) })),
    );

    for (const [volume, services] of Object.entries(MOUNTED_BY)) {
      const mounting = mounts.filter(({ Mounts }) => Mounts.some(({ Name }) => Name === volume));
      expect(mounting.map(({ name }) => name).sort(), volume).toEqual(services);
      for (const { name, Mounts } of mounting.filter(({ name }) => name !== 'secrets')) {
        if (name === 'provision' && volume.startsWith('m2m_client-')) continue;
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

  it.each(['m2m_services', 'm2m_data'])('have no way out of the network %s', async (network) => {
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
  it.each(IMAGES)('of %s run as the user node, who needs no shell', async (image) => {
    const [{ Config: config }] = JSON.parse(await docker(['image', 'inspect', `m2m/${image}`])) as [
      { Config: { User: string; Entrypoint: string[]; Cmd: string[] | null } },
    ];

    expect(config.User).toBe('node');
    expect([...config.Entrypoint, ...(config.Cmd ?? [])][0]).toBe('node');
    expect(config.Entrypoint.join(' ')).not.toMatch(/\bsh\b|\.sh\b/);
  });

  it.each(['auth-server', 'orders-api', 'billing-worker'] as const)(
    'of %s hold its built files and its packages for production, and nothing else',
    async (service) => {
      const list = `
        import { readdirSync } from 'node:fs';
        for (const entry of readdirSync('/app', { recursive: true })) console.log(entry);`;

      const files = (await evaluate(service, list)).split('\n');

      expect(files).toContain(`apps/${service}/dist/main.js`);
      expect(files.filter((file) => /^apps\/[^/]+$/.test(file))).toEqual([`apps/${service}`]);
      expect(files.filter((file) => /\.(map|ts|mts|cts|tsbuildinfo)$|\.spec\./.test(file))).toEqual(
        [],
      );
      expect(files.filter((file) => /(^|\/)(\.env|\.data|\.git|\.npmrc)\b/.test(file))).toEqual([]);
      const development = /^node_modules\/(typescript|vitest|nx|eslint|@nx|@swc|@m2m\/testing)$/;
      expect(files.filter((file) => development.test(file))).toEqual([]);
    },
  );

  it('hold no secret in any layer', { timeout: 180_000 }, async () => {
    const secrets = await everySecret();
    const needles = [...secrets, 'auth-server/dist/main.js'];

    const found = await findInLayers(needles);

    // The last one is there, so that what is not found was looked for.
    expect([...found]).toEqual(['auth-server/dist/main.js']);
  });
});

/** Which of these texts occur in the layers and the configuration of the images. */
async function findInLayers(needles: readonly string[]): Promise<Set<string>> {
  const archive = spawn('docker', ['save', ...IMAGES.map((image) => `m2m/${image}`)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(archive, 'close');
  const found = new Set<string>();
  const longest = Math.max(...needles.map((needle) => Buffer.byteLength(needle)));
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of archive.stdout as AsyncIterable<Buffer>) {
    const window = Buffer.concat([rest, chunk]);
    for (const needle of needles) if (window.includes(needle)) found.add(needle);
    rest = window.subarray(-longest);
  }
  expect(await ended).toEqual([0, null]);
  return found;
}
