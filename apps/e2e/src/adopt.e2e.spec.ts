import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandsInCopy } from './support/commands-in-copy.js';
import { RepositoryCopy } from './support/repository-copy.js';
import { runsAsProcesses } from './support/system.js';

const MINUTE_MS = 60_000;

const ARGUMENTS = [
  ...['--scope', '@zeta-team', '--name', 'zeta-platform', '--title', 'Zeta & sons'],
  ...['--auth-server-port', '4100', '--orders-api-port', '4000', '--billing-worker-port', '14002'],
  ...[
    '--issuer',
    'https://login.zeta.example/tenant',
    '--orders-api-url',
    'https://api.zeta.example',
  ],
  ...['--licence-holder', 'Zeta $1 Ltd'],
];

/** Documents, manifests, addresses and ports. */
const TESTS_OF_THE_COPY = [
  'kubernetes',
  'containers',
  'observability',
  'local-system',
  'docs/links',
  'docs/commands',
].map((path) => `tools/${path}`);

describe.runIf(runsAsProcesses)('a copy of the repository', () => {
  let copy: RepositoryCopy;
  let commands: CommandsInCopy;
  let directory: string;

  beforeAll(async () => {
    copy = await RepositoryCopy.make();
    ({ directory } = copy);
    commands = new CommandsInCopy(directory);
    await commands.git('init', '--quiet');
    await commands.commit('as it was copied');
  });

  afterAll(() => copy.remove());

  it('is not adopted while something is not committed', async () => {
    await writeFile(join(directory, 'note.txt'), 'mine');

    const { code, stderr } = await commands.npm(['run', 'adopt', '--', ...ARGUMENTS]);

    expect({ code, stderr }).toMatchObject({ code: 1 });
    expect(stderr).toContain('not committed');
    await rm(join(directory, 'note.txt'));
    expect(await commands.git('status', '--porcelain')).toBe('');
  });

  it('says by --dry-run what would become of it, and stays as it is', async () => {
    const { code, stdout } = await commands.npm(['run', 'adopt', '--', ...ARGUMENTS, '--dry-run']);

    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/^write .*docker-compose\.yml .*names, ports/m);
    expect(stdout).toMatch(/^write .*libs\/guards\/LICENSE .*licence/m);
    expect(stdout).toMatch(/^remove .*tools\/adopt\/main\.ts/m);
    expect(await commands.git('status', '--porcelain')).toBe('');
  });

  it('is a team’s own after one command', { timeout: 4 * MINUTE_MS }, async () => {
    const tree = await commands.git('rev-parse', 'HEAD^{tree}');

    const { code, stdout, stderr } = await commands.npm(['run', 'adopt', '--', ...ARGUMENTS], {
      timeoutMs: 3 * MINUTE_MS,
    });

    expect(code, stderr).toBe(0);
    expect(stdout).toContain('zeta-platform');
    await commands.commit('adopted');
    expect(await commands.grep('-w', '@m2m|m2m|M2M_[A-Z_]+')).toEqual(['docs/adopted-from.md']);
    expect(await commands.grep('adopt')).toEqual(['CHANGELOG.md', 'README.md', 'SECURITY.md']);
    expect(await read('docs/adopted-from.md')).toContain(tree);
    expect(await read('README.md')).toMatch(/^# Zeta & sons\n/);
    expect(await read('LICENSE')).toMatch(
      /\(c\) \d{4} Zeta \$1 Ltd\nCopyright \(c\) .*maintainers\n/,
    );
    const overlay = await read('deploy/kubernetes/overlays/production/kustomization.yaml');
    expect(overlay).toContain('- OAUTH_ISSUER=https://login.zeta.example/tenant\n');
    expect(await read('deploy/kubernetes/overlays/production/routes.yaml')).toContain(
      'hostnames: [login.zeta.example]',
    );
  });

  it('is not adopted twice', async () => {
    const { scripts } = JSON.parse(await read('package.json')) as { scripts: object };

    expect(scripts).not.toHaveProperty('adopt');
    expect(existsSync(join(directory, 'tools/adopt'))).toBe(false);
  });

  it('needs no installation, and names packages that are there', async () => {
    const lock = await read('package-lock.json');
    const { packages } = JSON.parse(lock) as { packages: Record<string, { resolved?: string }> };
    const names = Object.keys(packages);

    expect(names).toContain('node_modules/@zeta-team/guards');
    expect(names).toEqual(names.toSorted((one, other) => one.localeCompare(other, 'en')));
    expect(await read('node_modules/.install-stamp')).toBe(stampFor(lock));
    expect(await realpath(join(directory, 'node_modules/@zeta-team/guards'))).toBe(
      join(directory, 'libs/guards'),
    );
  });

  it('passes its own checks and tests', { timeout: 10 * MINUTE_MS }, async () => {
    const vitest = ['vitest', 'run', '--project', 'tools', ...TESTS_OF_THE_COPY];
    const checks = [['prettier', '--check', '.'], ['tsc', '--build'], ['knip'], vitest];
    for (const check of checks) {
      const { code, stdout, stderr } = await commands.npm(['exec', '--', ...check], {
        timeoutMs: 4 * MINUTE_MS,
      });
      expect(code, stdout + stderr).toBe(0);
    }
  });

  it('starts, bills and stops', { timeout: 3 * MINUTE_MS }, async () => {
    const { code, stdout, stderr } = await commands.npm(['start', '--', '--once'], {
      timeoutMs: 2 * MINUTE_MS,
      environment: {
        ZETA_PLATFORM_DATA_DIR: join(directory, '.data'),
        AUTH_SERVER_PORT: '0',
        ORDERS_API_PORT: '0',
        BILLING_WORKER_PORT: '0',
      },
    });

    expect(code, stdout + stderr).toBe(0);
  });

  const read = (file: string) => readFile(join(directory, file), 'utf8');
});

/** As tools/bootstrap/install-stamp.mjs makes it. */
function stampFor(lock: string): string {
  const digest = createHash('sha256').update(lock).digest('hex');
  return `${digest} ${process.platform}-${process.arch}\n`;
}
