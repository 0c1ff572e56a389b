import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Stryker runs in the folder of the lib that it is about.
const root = fileURLToPath(new URL('../..', import.meta.url));
const results = join(root, '.data/mutation', basename(process.cwd()));

export default {
  testRunner: 'vitest',
  vitest: { configFile: join(root, 'tools/mutation/vitest.config.mjs'), related: false },
  mutate: ['src/**/*.ts', '!src/**/*.spec.ts', '!src/index.ts'],
  coverageAnalysis: 'perTest',
  // What runs while a module is loaded, such as a table of constants, would need a fresh process each.
  ignoreStatic: true,
  concurrency: 2,
  // Tests under a clock that stands still are quick; what takes this much longer than before hangs.
  timeoutMS: 20_000,
  tempDirName: join(results, 'sandboxes'),
  incremental: true,
  incrementalFile: join(results, 'incremental.json'),
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { logTests: false, reportTests: false },
  htmlReporter: { fileName: join(results, 'report.html') },
  jsonReporter: { fileName: join(results, 'report.json') },
};
