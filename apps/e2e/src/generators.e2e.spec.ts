import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RepositoryCopy } from './support/repository-copy.js';
import { runsAsProcesses } from './support/system.js';

const MINUTES = 60_000;

/** What is made in the copy. */
const COMMANDS = [
  ['resource-server', 'parcels-api'],
  ['scope', 'parcels:refund', '--description', "Give a payer's money back"],
  ['scope', 'orders:cancel', '--audience', 'orders-api'],
  ['worker', 'settlement-worker'],
  ['worker', 'payout-worker', '--calls', 'parcels-api'],
] as const;
const APPS = ['parcels-api', 'settlement-worker', 'payout-worker'];

/** Of what is there already: what the generators change, or what compares it with what they make. */
const CHANGED = [
  ...APPS.flatMap((name) => [`apps/${name}`, `apps/e2e/src/${name}.e2e.spec.ts`]),
  'libs/orders-contract/src',
  'tools/kubernetes/network.spec.ts',
  'tools/local-system',
  'eslint.config.mjs',
];
const TESTS = [
  ...APPS.flatMap((name) => [`apps/${name}/`, `apps/e2e/src/${name}.e2e`]),
  'tools/containers/',
  'tools/docs/links',
  'tools/kubernetes/images',
  'tools/kubernetes/network',
  'tools/kubernetes/references',
  'tools/kubernetes/routes',
  'tools/local-system/registry',
  'tools/local-system/resource-servers',
  'tools/observability/prometheus',
];

describe.runIf(runsAsProcesses)('the generators', { timeout: 10 * MINUTES }, () => {
  let copy: RepositoryCopy;

  const generate = ([generator, ...args]: readonly string[]) =>
    copy.runProgram('nx/dist/bin/nx.js', 'generate', `@m2m/tools:${generator ?? ''}`, ...args);

  beforeAll(async () => {
    copy = await RepositoryCopy.make();
    for (const command of COMMANDS) await generate(command);
  }, 10 * MINUTES);

  afterAll(() => copy.remove());

  it('make what is formatted as all else is', async () => {
    await copy.runProgram('prettier/bin/prettier.cjs', '--check', '.');
  });

  it('make what keeps to the rules, boundaries included', async () => {
    await copy.runProgram('eslint/bin/eslint.js', '--max-warnings', '0', ...CHANGED);
  });

  it('make nothing that is not used', async () => {
    await copy.runProgram('knip/bin/knip.js', '--no-progress');
  });

  it('make what compiles, and passes its tests and those of all that it is added to', async () => {
    await copy.runProgram('typescript/bin/tsc', '--build');
    const output = await copy.runProgram('vitest/vitest.mjs', 'run', ...TESTS);

    expect(output).toMatch(/Test Files +\d+ passed/);
    for (const name of APPS) expect(output).toContain(`src/${name}.e2e.spec.ts`);
  });

  it.each(APPS)('lock the %s as npm does, and link it', async (name) => {
    const lock = JSON.parse(await readFile(join(copy.directory, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, object>;
    };

    const { resolved, ...link } = { resolved: '', ...lock.packages[`node_modules/@m2m/${name}`] };
    expect({ resolved, link }).toEqual({ resolved: `apps/${name}`, link: { link: true } });
    expect(lock.packages[resolved]).toHaveProperty(['dependencies', '@m2m/service-defaults']);
    await expect(realpath(join(copy.directory, 'node_modules/@m2m', name))).resolves.toBe(
      join(copy.directory, 'apps', name),
    );
  });

  it('add a scope once, however often it is asked for', async () => {
    const before = await copy.changes();

    expect(await generate(['scope', 'parcels:refund'])).toContain('nothing to do');

    expect(await copy.changes()).toEqual(before);
  });

  it.each([
    ['a name that is taken', ['resource-server', 'parcels-api'], 'already'],
    ['a name that is none', ['resource-server', 'Payments'], 'is no name for a resource server'],
    [
      'a worker of an API that is not there',
      ['worker', 'a-worker', '--calls', 'b-api'],
      '--calls takes',
    ],
    [
      'a scope of another API',
      ['scope', 'orders:read', '--audience', 'parcels-api'],
      'one audience',
    ],
  ])('refuse %s, and leave all as it is', async (_what, command, reason) => {
    const before = await copy.changes();

    await expect(generate(command)).rejects.toThrow(reason);

    expect(await copy.changes()).toEqual(before);
  });
});
