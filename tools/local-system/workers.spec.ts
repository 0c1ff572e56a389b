import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { WORKER_NAMES, WORKERS } from './workers.ts';

describe('a worker', () => {
  it.each(WORKER_NAMES)('is registered for what the %s asks for by itself', (worker) => {
    const path = join(WORKSPACE_ROOT, 'apps', worker, 'src/configuration.ts');
    const [, scope] = /scopesToAskFor\('([^']+)'\)/.exec(readFileSync(path, 'utf8')) ?? [];
    expect(WORKERS[worker].scope).toBe(scope);
  });
});
