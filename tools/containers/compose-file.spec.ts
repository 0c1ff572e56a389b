import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { WORKSPACE_ROOT } from '../workspace/root.ts';

interface Service {
  readonly image?: string;
  readonly build?: unknown;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, unknown>>;
}

const file = readFileSync(join(WORKSPACE_ROOT, 'docker-compose.yml'), 'utf8');
const { services } = parse(file, { merge: true }) as { services: Record<string, Service> };

describe('docker-compose.yml', () => {
  it.each(Object.entries(services))(
    '%s is either built here or a named version',
    (_name, service) => {
      // With both, Compose asks a registry first, and runs whatever somebody has put there under our name.
      expect(service.build === undefined).toBe(service.image !== undefined);
      if (service.image !== undefined) expect(service.image).toMatch(/:\d/);
    },
  );

  it.each(Object.entries(services))(
    '%s publishes on the loopback interface alone',
    (_name, service) => {
      for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
    },
  );

  it.each(Object.entries(services))(
    '%s gets its secrets as files',
    (_name, { environment = {} }) => {
      const secret = /(SECRET|PASSWORD|KEY|DATABASE_URL)/;
      const names = Object.keys(environment).filter((name) => secret.test(name));
      for (const name of names) expect(name).toMatch(/_FILE$/);
    },
  );
});
