import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { documentedMetrics } from './metrics-table.ts';

describe('the metrics that a service of a generator has', () => {
  it.each([
    ['all', /./, 'service-defaults'],
    ['orders-api', /^oauth_(access|issuer|revocation_feed)_/, 'resource-server'],
    ['billing-worker', /^oauth_client_/, 'service-client'],
  ])('are those of %s that match %s, by the lib %s', (service, pattern, lib) => {
    const documented = documentedMetrics().filter(({ name, services }) =>
      service === 'all'
        ? services.length === 3
        : services.length < 3 && services.some((one) => one === service) && pattern.test(name),
    );

    expect(documented.length).toBeGreaterThan(0);
    expect(documented.map(({ name }) => name).sort()).toEqual(metricsIn(`libs/${lib}/src`).sort());
  });
});

/** The names of the metrics that the code in a folder makes. */
function metricsIn(folder: string): string[] {
  return readdirSync(join(WORKSPACE_ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .flatMap((file) => {
      const code = readFileSync(join(WORKSPACE_ROOT, folder, file), 'utf8');
      return Array.from(code.matchAll(/name: '([a-z]+_[a-z_]+)'/g), ([, name = '']) => name);
    });
}
