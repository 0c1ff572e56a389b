import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { describe, expect, it } from 'vitest';
import { RESOURCE_SERVER_NAMES, RESOURCE_SERVERS } from '../local-system/resource-servers.ts';
import { WORKERS } from '../local-system/workers.ts';
import type { Worker } from '../local-system/workers.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { containersOf, ofKind, workloadsOf, type Manifest } from './manifest.ts';
import { OVERLAYS } from './overlays.ts';
import { configMapOf, environmentOf, registryOf, secretFilesOf, secretsOf } from './references.ts';

const KNOWN_VARIABLES = readFileSync(join(WORKSPACE_ROOT, '.env.example'), 'utf8').match(
  /^(# )?[A-Z_]+(?==)/gm,
);

const LIKE_A_SECRET = /postgres(ql)?:\/\/|client_secret\\?"|PRIVATE KEY|cs_/g;

describe.each(OVERLAYS)('%s', (_overlay, manifests) => {
  const workloads = workloadsOf(manifests);

  it('holds no secret', () => {
    expect(manifests.filter(({ kind }) => kind === 'Secret')).toEqual([]);
    expect(JSON.stringify(manifests).match(LIKE_A_SECRET) ?? []).toEqual([]);
  });

  it('hands over secrets as files', () => {
    for (const { pod } of workloads) {
      for (const { env = [], envFrom = [] } of containersOf(pod)) {
        expect(env.filter(({ valueFrom }) => valueFrom?.secretKeyRef)).toEqual([]);
        expect(envFrom).toEqual([]);
      }
    }
  });

  it('mounts the file of every variable that names one', () => {
    for (const workload of workloads) {
      const files = containersOf(workload.pod)
        .flatMap((container) => Object.entries(environmentOf(container, manifests)))
        .filter(([name]) => name.endsWith('_FILE'))
        .map(([, path]) => path);
      expect(files.length).toBeGreaterThan(0);
      expect(secretFilesOf(workload)).toEqual(expect.arrayContaining(files));
    }
  });

  it('mounts nothing but volumes that are there, and has none that is not mounted', () => {
    for (const { pod, spec } of workloads) {
      const mounted = containersOf(pod).flatMap(({ volumeMounts = [] }) =>
        volumeMounts.map(({ name }) => name),
      );
      const claims = (spec as { volumeClaimTemplates?: Manifest[] }).volumeClaimTemplates ?? [];
      const volumes = [
        ...(pod.volumes ?? []).map(({ name }) => name),
        ...claims.map(({ metadata }) => metadata.name),
      ];
      expect([...new Set(mounted)].sort()).toEqual(volumes.sort());
      const configMaps = (pod.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? []);
      for (const name of configMaps) expect(namesOf(manifests, 'ConfigMap')).toContain(name);
    }
  });

  it('sets variables that the apps know', () => {
    const known = (KNOWN_VARIABLES ?? []).map((name) => name.replace('# ', ''));
    for (const { name, pod } of workloads.filter((workload) => workload.name !== 'database')) {
      const variables = containersOf(pod).flatMap(({ env = [] }) => env.map((entry) => entry.name));
      const unknown = variables.filter(
        (variable) => !known.includes(variable.replace(/_FILE$/, '')),
      );
      expect([name, unknown]).toEqual([name, []]);
    }
  });

  it('registers what its public addresses are', () => {
    const urls = configMapOf(manifests, 'public-urls');
    const expected = RESOURCE_SERVER_NAMES.map((name) => ({
      name,
      identifier: urls[RESOURCE_SERVERS[name].urlVariable],
      scopes: Object.entries(RESOURCE_SERVERS[name].scopes).map(([scope, description]) => ({
        name: scope,
        description,
      })),
    }));
    expect(registryOf(manifests).resource_servers).toEqual(expected);
  });

  it('registers each worker for what it asks for', () => {
    const { clients } = registryOf(manifests);
    for (const [name, { scope }] of Object.entries<Worker>(WORKERS)) {
      const registered = clients.find(({ client_id }) => client_id === name)?.scope.split(' ');
      expect(registered).toEqual(expect.arrayContaining(scope.split(' ')));
    }
  });

  it('routes its public addresses', () => {
    const hostnames = ofKind(manifests, HTTPRoute).flatMap(({ spec }) => spec.hostnames);
    const publicHosts = Object.values(configMapOf(manifests, 'public-urls'))
      .map((url) => new URL(url).hostname)
      .filter((hostname) => hostname !== 'localhost');
    expect(hostnames).toEqual(publicHosts);
  });

  it('has its apps call Services that are there', () => {
    const inside = workloads
      .flatMap(({ pod }) => containersOf(pod))
      .flatMap((container) => Object.values(environmentOf(container, manifests)))
      .filter((value) => URL.canParse(value) && !new URL(value).hostname.includes('.'))
      .map((value) => new URL(value))
      .filter(({ hostname }) => hostname !== 'localhost');
    expect(inside.length).toBeGreaterThan(0);
    for (const { hostname, port } of inside) {
      expect(namesOf(manifests, 'Service')).toContain(hostname);
      expect(port).toBe('');
    }
  });
});

describe('the autoscaler of the worker', () => {
  it('asks for a metric that there is', () => {
    const table = readFileSync(join(WORKSPACE_ROOT, 'docs/metrics.md'), 'utf8');
    const queries = OVERLAYS.flatMap(([, manifests]) => ofKind(manifests, ScaledObject))
      .flatMap(({ spec }) => spec.triggers)
      .map(({ metadata }) => metadata['query']);
    expect(queries).toHaveLength(1);
    const [, metric] = /^max\((\w+)\{namespace="m2m"\}\)$/.exec(queries[0] ?? '') ?? [];
    expect(table).toContain(`| \`${metric ?? 'none'}\``);
  });
});

describe('docs/kubernetes.md', () => {
  const text = readFileSync(join(WORKSPACE_ROOT, 'docs/kubernetes.md'), 'utf8');

  it.each(
    OVERLAYS.filter(([name]) => name === 'production').flatMap(([, manifests]) =>
      Object.entries(secretsOf(manifests)).flatMap(([secret, keys]) =>
        keys.map((key) => [secret, key] as const),
      ),
    ),
  )('says what the Secret %s has to hold in %s', (secret, key) => {
    const rows = text.split('\n').filter((line) => line.startsWith('|'));
    expect(rows).toContainEqual(
      expect.stringMatching(new RegExp(`^\\| *\`${secret}\` *\\| *\`${key}\` *\\|`)),
    );
  });
});

function namesOf(manifests: readonly Manifest[], kind: string): string[] {
  return manifests
    .filter((manifest) => manifest.kind === kind)
    .map(({ metadata }) => metadata.name);
}
