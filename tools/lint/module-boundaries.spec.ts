import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';

const RULE = '@nx/enforce-module-boundaries';
const root = fileURLToPath(new URL('../..', import.meta.url));
const eslint = new ESLint({ cwd: root, ruleFilter: ({ ruleId }) => ruleId === RULE });

/** Lints a text as if it stood in a file, which has to exist for its types to be found. */
async function faultsOf(file: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: `${root}/${file}` });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

// The rule says nothing at all when Nx has no project graph: that it is silent proves nothing by itself.
// The first text makes ESLint read the whole workspace, which takes its time on a small machine.
describe('the boundaries between the projects', { timeout: 120_000 }, () => {
  it.each([
    ['a client that looks into tokens', 'apps/billing-worker/src/main.ts', '@m2m/guards'],
    ['a client that issues tokens', 'apps/billing-worker/src/main.ts', '@m2m/token-issuance'],
    ['a resource server that issues tokens', 'apps/orders-api/src/main.ts', '@m2m/token-issuance'],
    ['a resource server with a client', 'apps/orders-api/src/main.ts', '@m2m/client-credentials'],
    ['an app in an app', 'apps/orders-api/src/main.ts', '../../auth-server/src/configuration.js'],
    [
      'an app in a lib',
      'libs/guards/src/index.ts',
      '../../../apps/orders-api/src/configuration.js',
    ],
    ['guards that need issuance', 'libs/guards/src/index.ts', '@m2m/token-issuance'],
    ['guards that need our services', 'libs/guards/src/index.ts', '@m2m/service-defaults'],
    ['product code with test code', 'apps/orders-api/src/main.ts', '@m2m/testing'],
  ])('forbid %s', async (_what, file, imported) => {
    expect(await faultsOf(file, `import '${imported}';\n`)).toEqual([RULE]);
  });

  it.each([
    ['apps/orders-api/src/main.ts', '@m2m/guards'],
    ['libs/guards/src/guards.module.spec.ts', '@m2m/testing'],
  ])('let %s import %s', async (file, imported) => {
    expect(await faultsOf(file, `import '${imported}';\n`)).toEqual([]);
  });
});
