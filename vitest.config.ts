import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['apps/*', 'libs/*', 'tools'],
    globalSetup: ['tools/test/postgres.global-setup.ts'],
  },
});
