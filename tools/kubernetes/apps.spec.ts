import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { APPS, type AppName } from '../local-system/apps.ts';
import { builtProgram } from '../local-system/built-program.ts';
import { makeLaptopSecrets } from './laptop-secrets.ts';
import { workloadsOf, type Manifest, type Workload } from './manifest.ts';
import { OVERLAYS } from './overlays.ts';
import { configMapOf, environmentOf, registryOf, secretsOf } from './references.ts';

interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

let directory: string;
let secrets: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kubernetes-'));
  secrets = makeLaptopSecrets(directory);
});

// Starting a process takes seconds where others use the machine as well.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

afterAll(() => rmSync(directory, { recursive: true }));

describe('the secrets of a laptop cluster', () => {
  it('are all that its manifests ask for', () => {
    const made = readdirSync(secrets).map((name) => [
      name,
      readdirSync(join(secrets, name)).sort(),
    ]);
    expect(Object.fromEntries(made)).toEqual(secretsOf(manifestsOf('laptop')));
  });

  it('are the same for both who share one', () => {
    const { client_secret } = JSON.parse(secret('registry-credentials', 'billing-worker.json')) as {
      client_secret: string;
    };
    expect(client_secret).toMatch(/^cs_[0-9a-f]{64}$/);
    expect(secret('billing-worker', 'client-secret')).toBe(client_secret);
    for (const [app, role] of Object.entries({ 'auth-server': 'auth', 'orders-api': 'orders' })) {
      const { username, password } = new URL(secret(app, 'database-url'));
      expect(username).toBe(role);
      expect(secret('database', `${role}-password`)).toBe(password);
    }
  });
});

describe.each(['laptop', 'production'])('with the configuration of %s', (overlay) => {
  // An app lists all faults at once, so that one made on purpose shows that there is no other.
  it.each(Object.keys(APPS) as AppName[])('the %s starts', async (app) => {
    const environment = environmentFor(deploymentOf(app, overlay), manifestsOf(overlay));
    const { exitCode, output } = await run(app, 'main.js', [], {
      ...environment,
      LOG_LEVEL: 'made wrong',
    });
    expect(output).toContain('the configuration has 1 fault(s):\n  LOG_LEVEL: must be one of');
    expect(exitCode).toBe(1);
  });
});

describe('the jobs of the auth-server', () => {
  const DATABASE = 'kubernetes_provisioning';
  let admin: Client;

  beforeAll(async () => {
    admin = new Client(inject('postgresUrl'));
    await admin.connect();
    await admin.query(`CREATE DATABASE ${DATABASE}`);
    const url = new URL(inject('postgresUrl'));
    url.pathname = DATABASE;
    writeFileSync(join(secrets, 'auth-server', 'database-url'), url.href);
  });

  afterAll(async () => {
    await admin.query(`DROP DATABASE ${DATABASE} WITH (FORCE)`);
    await admin.end();
  });

  it('migrate, and register the clients with the secrets that are mounted', async () => {
    const before = readFileSync(join(secrets, 'registry-credentials', 'operator.json'), 'utf8');

    expect(await runJob('auth-server-migration')).toMatchObject({ exitCode: 0 });
    const { exitCode, output } = await runJob('auth-server-provisioning');

    const clients = registryOf(manifestsOf('laptop')).clients.map(({ client_id }) => client_id);
    expect(output).toContain(JSON.stringify(clients));
    expect(exitCode).toBe(0);
    expect(readdirSync(join(secrets, 'registry-credentials'))).toHaveLength(clients.length);
    expect(secret('registry-credentials', 'operator.json')).toBe(before);
  });
});

async function runJob(name: string): Promise<Ended> {
  const manifests = manifestsOf('laptop');
  const job = workloadsOf(manifests).find((workload) => workload.name === name);
  const container = job?.pod.containers[0];
  if (!job || !container) throw new Error(`there is no ${name}`);
  const registry = join(directory, 'registry.json');
  writeFileSync(registry, configMapOf(manifests, 'registry')['registry.json'] ?? '');
  const args = (container.args ?? []).map((argument) =>
    argument
      .replace('/etc/m2m/registry.json', registry)
      .replace('/run/secrets/registry', join(secrets, 'registry-credentials')),
  );
  const program = basename(container.command?.[1] ?? '');
  return run('auth-server', program, args, environmentFor(job, manifests));
}

/** The variables of a pod, in which the files of its secrets are those that the script has made. */
function environmentFor(workload: Workload, manifests: readonly Manifest[]): NodeJS.ProcessEnv {
  const [container] = workload.pod.containers;
  if (!container) throw new Error(`${workload.name} has no container`);
  const { secretName } = workload.pod.volumes?.find(({ name }) => name === 'secrets')?.secret ?? {};
  return Object.fromEntries(
    Object.entries(environmentOf(container, manifests)).map(([name, value]) => [
      name,
      value.replace('/run/secrets/m2m', join(secrets, secretName ?? '')),
    ]),
  );
}

async function run(
  app: AppName,
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Ended> {
  const file = builtProgram(app, program);
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { env }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}

function deploymentOf(app: AppName, overlay: string): Workload {
  const workloads = workloadsOf(manifestsOf(overlay));
  const deployment = workloads.find(({ kind, name }) => kind === 'Deployment' && name === app);
  if (!deployment) throw new Error(`there is no Deployment ${app}`);
  return deployment;
}

function manifestsOf(overlay: string): Manifest[] {
  return OVERLAYS.find(([name]) => name === overlay)?.[1] ?? [];
}

function secret(name: string, key: string): string {
  return readFileSync(join(secrets, name, key), 'utf8');
}
