import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { WORKERS } from './workers.ts';
import type { Worker } from './workers.ts';

describe('a worker', () => {
  it('is registered for what it asks for by itself', () => {
    const workers = Object.entries<Worker>(WORKERS);
    const registered = workers.map(([name, { scope }]) => [name, scope]);
    expect(registered).toEqual(workers.map(([name]) => [name, scopeAskedForBy(name)]));
  });
});

function scopeAskedForBy(worker: string): string | undefined {
  const path = join(WORKSPACE_ROOT, 'apps', worker, 'src/configuration.ts');
  return /scopesToAskFor\('([^']+)'\)/.exec(readFileSync(path, 'utf8'))?.[1];
}
