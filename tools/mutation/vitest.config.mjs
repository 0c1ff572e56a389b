import { configDefaults, defineConfig, mergeConfig } from 'vitest/config';
import { base } from '../../vitest.base.ts';

export default mergeConfig(
  base,
  defineConfig({
    test: {
      include: ['src/**/*.spec.ts'],
      // Random input may find a mutant today and miss it tomorrow, and takes long to miss it.
      exclude: [...configDefaults.exclude, '**/*.properties.spec.ts'],
    },
  }),
);
