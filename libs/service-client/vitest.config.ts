import { defineProject, mergeConfig } from 'vitest/config';
import { base } from '../../vitest.base.js';

export default mergeConfig(
  base,
  defineProject({ test: { name: 'service-client', include: ['src/**/*.spec.ts'] } }),
);
