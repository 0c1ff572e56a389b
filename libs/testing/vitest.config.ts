import { defineProject, mergeConfig } from 'vitest/config';
import { base } from '../../vitest.base.js';

export default mergeConfig(
  base,
  defineProject({ test: { name: 'testing', include: ['src/**/*.spec.ts'] } }),
);
