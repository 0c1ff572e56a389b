/**
 * Infers the `test` target for every project that has a `vitest.config.ts`, which is named after its folder.
 * It runs from the root, whose configuration gives the tests their database.
 *
 * `@nx/vitest` would do the same, but its newest release in our Nx line refuses Vitest 5 as a peer.
 */
import { basename, dirname } from 'node:path';

export const name = 'vitest-inference';

export const createNodesV2 = [
  '*/**/vitest.config.ts',
  (configFiles) =>
    configFiles.map((configFile) => {
      const root = dirname(configFile);
      const test = {
        command: `vitest run --project ${basename(root)}`,
        options: { cwd: '{workspaceRoot}' },
        cache: true,
        inputs: ['default', '^production', { externalDependencies: ['vitest'] }],
      };
      return [configFile, { projects: { [root]: { targets: { test } } } }];
    }),
];
