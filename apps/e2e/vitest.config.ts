import { defineProject, mergeConfig } from 'vitest/config';
import { base } from '../../vitest.base.js';

export default mergeConfig(
  base,
  defineProject({
    test: {
      name: 'e2e',
      include: ['src/**/*.e2e.spec.ts'],
      globalSetup: ['src/setup/system.global-setup.ts'],
      // All files use one system, whose processes some of them stop and kill.
      fileParallelism: false,
      // Starting a process takes seconds where others use the machine as well.
      testTimeout: 90_000,
      hookTimeout: 120_000,
    },
  }),
);
