import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandsInCopy } from './support/commands-in-copy.js';
import { RepositoryCopy } from './support/repository-copy.js';
import { runsAsProcesses } from './support/system.js';

const MINUTE_MS = 60_000;

const ARGUMENTS = [
  ...['--scope', '@acme', '--name', 'acme-platform'],
  ...['--without-samples', '--service', 'line-items-api', '--orders-api-port', '4001'],
  ...['--orders-api-url', 'https://items.acme.example'],
];

/** What of the sample is left on purpose: what libs and decisions tell by its example. */
const TOLD = [':!libs', ':!docs/decisions', ':!docs/spring.md', ':!tools/packages', ':!*.spec.ts'];

describe.runIf(runsAsProcesses)('a copy of the repository without its sample', () => {
  let copy: RepositoryCopy;
  let commands: CommandsInCopy;

  beforeAll(async () => {
    copy = await RepositoryCopy.make();
    commands = new CommandsInCopy(copy.directory);
    await commands.git('init', '--quiet');
    await commands.commit('as it was copied');
  });

  afterAll(() => copy.remove());

  const adopt = (...args: readonly string[]) =>
    commands.npm(['run', 'adopt', '--', ...ARGUMENTS, ...args], { timeoutMs: 3 * MINUTE_MS });

  it('says by --dry-run what would be removed and made, and stays as it is', async () => {
    const { code, stdout } = await adopt('--dry-run');

    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/^remove .*apps\/orders-api\/package\.json .*sample/m);
    expect(stdout).toMatch(/^write .*tools\/start\/first-call\.ts .*in place of the sample/m);
    expect(stdout).toMatch(/^make .*apps\/line-items-api\//m);
    expect(await commands.git('status', '--porcelain')).toBe('');
  });

  it(
    'has one empty service in its place after one command',
    { timeout: 4 * MINUTE_MS },
    async () => {
      const { code, stderr } = await adopt();

      expect(code, stderr).toBe(0);
      await commands.commit('adopted');
      const apps = await commands.git('ls-files', 'apps/*/package.json');
      expect(apps.split('\n').map((file) => file.split('/')[1])).toEqual([
        'auth-server',
        'e2e',
        'line-items-api',
      ]);
      const left = commands.grep('-w', 'orders-api|billing-worker|orders-contract', '--', ...TOLD);
      // git says by this exit code that it has found nothing.
      await expect(left).rejects.toMatchObject({ code: 1 });
    },
  );

  it('is known to the cluster and to npm as its own', async () => {
    const routes = await read('deploy/kubernetes/overlays/production/routes.yaml');
    const lock = await read('package-lock.json');
    const { packages } = JSON.parse(lock) as { packages: Record<string, object> };

    expect(routes).toContain('hostnames: [items.acme.example]');
    expect(packages).toHaveProperty(['node_modules/@acme/line-items-api', 'link'], true);
    expect(Object.keys(packages).filter((path) => /orders|billing|pg-boss/.test(path))).toEqual([]);
    expect(await realpath(join(copy.directory, 'node_modules/@acme/line-items-api'))).toBe(
      join(copy.directory, 'apps/line-items-api'),
    );
    expect(existsSync(join(copy.directory, 'apps/orders-api'))).toBe(false);
  });

  it('passes all of its own tests', { timeout: 46 * MINUTE_MS }, async () => {
    const { code, stdout, stderr } = await commands.npm(['test'], { timeoutMs: 45 * MINUTE_MS });

    expect(code, `${stdout}${stderr}`.slice(-20_000)).toBe(0);
    const [, passed] = /^(\d+) passed, 0 failed$/m.exec(stdout) ?? [];
    expect(Number(passed)).toBeGreaterThan(1_500);
    expect(await commands.git('status', '--porcelain')).toBe('');
  });

  it('starts, calls the service with a token and stops', { timeout: 3 * MINUTE_MS }, async () => {
    const { code, stdout, stderr } = await commands.npm(['start', '--', '--once'], {
      timeoutMs: 2 * MINUTE_MS,
      environment: { AUTH_SERVER_PORT: '0', LINE_ITEMS_API_PORT: '0' },
    });

    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain('the line-items-api has answered 200');
  });

  const read = (file: string) => readFile(join(copy.directory, file), 'utf8');
});
