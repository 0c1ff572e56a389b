import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { readText, readYaml } from './files.ts';

interface Service {
  readonly image: string;
  readonly profiles: readonly string[];
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly mem_limit: string;
  readonly pids_limit: number;
  readonly ports?: readonly string[];
  readonly network_mode?: string;
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const FOLDER = 'deploy/observability';
const { services } = readYaml(`${FOLDER}/compose.yml`) as { services: Record<string, Service> };

describe.each(Object.entries(services))('%s of the observability profile', (_name, service) => {
  it('starts with its profile only, at one version', () => {
    expect(service.profiles).toEqual(['observability']);
    expect(service.image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
  });

  it('has no more rights, memory and processes than it needs', () => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(service.mem_limit).toMatch(/^\d+m$/);
    expect(service.pids_limit).toBeLessThanOrEqual(200);
  });

  it('can be reached from this machine alone', () => {
    expect(service.network_mode).toBeUndefined();
    for (const port of service.ports ?? []) {
      expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z]+_PORT:-\d+\}:\d+$/);
    }
  });

  it('gets configuration that exists, and cannot change it', () => {
    for (const volume of service.volumes ?? []) {
      const [source = '', , mode] = volume.split(':');
      if (!source.startsWith('./')) continue;
      expect(existsSync(join(WORKSPACE_ROOT, FOLDER, source)), source).toBe(true);
      expect(mode, source).toBe('ro');
    }
  });

  it('is given no password', () => {
    expect(Object.keys(service.environment ?? {}).join(' ')).not.toMatch(/PASSWORD|SECRET|TOKEN/);
  });
});

describe('the observability profile', () => {
  it('sends traces to where Jaeger takes them', () => {
    const environment = readText(`${FOLDER}/compose.env`);
    const { receivers } = readYaml(`${FOLDER}/jaeger/config.yaml`) as {
      receivers: { otlp: { protocols: { http: { endpoint: string } } } };
    };
    const port = receivers.otlp.protocols.http.endpoint.split(':').at(-1) ?? '';

    expect(environment).toContain(`\nOTEL_EXPORTER_OTLP_ENDPOINT=http://jaeger:${port}\n`);
    expect(environment).toContain('\nCOMPOSE_PROFILES=observability\n');
  });
});
