import { describe, expect, it } from 'vitest';
import { APP_NAMES } from '../local-system/apps.ts';
import type { Manifest } from './manifest.ts';
import { idleRules, possibleConnections } from './network.ts';
import { OVERLAYS } from './overlays.ts';

const JOBS = [...APP_NAMES.map((name) => `${name}-migration`), 'auth-server-provisioning'];

/** The arrows of the architecture. */
const BETWEEN_APPS = [
  'billing-worker → auth-server:3000',
  'billing-worker → orders-api:3001',
  'orders-api → auth-server:3000',
];

const PRODUCTION = [
  ...BETWEEN_APPS,
  ...[...APP_NAMES, ...JOBS].map((name) => `${name} → 192.0.2.10/32:5432`),
  ...[...APP_NAMES, ...JOBS].map((name) => `${name} → kube-system/kube-dns:53`),
  ...APP_NAMES.map((name) => `monitoring/prometheus → ${name}:9000`),
  'gateway → auth-server:3000',
  'gateway → orders-api:3001',
].sort();

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  laptop: [
    ...BETWEEN_APPS,
    ...[...APP_NAMES, ...JOBS].map((name) => `${name} → database:5432`),
    ...[...APP_NAMES, ...JOBS, 'database'].map((name) => `${name} → kube-system/kube-dns:53`),
  ].sort(),
  production: PRODUCTION,
  'production with an autoscaled worker': PRODUCTION,
};

describe.each(OVERLAYS)('the network of %s', (name, manifests) => {
  it('has these connections and no other', () => {
    expect(possibleConnections(manifests)).toEqual(EXPECTED[name]);
  });

  it('has no rule about what does not exist', () => {
    expect(idleRules(manifests)).toEqual([]);
  });
});

const pod = (name: string, port: number): Manifest => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    template: {
      metadata: { labels: { name } },
      spec: { containers: [{ name, ports: [{ containerPort: port }] }] },
    },
  },
});

const select = (name: string) => ({ podSelector: { matchLabels: { name } } });

const policy = (name: string, spec: object): Manifest => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name },
  spec,
});

const DENY = policy('deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });

const outOf = (from: string, to: string, port: number): Manifest =>
  policy(`out of ${from}`, {
    ...select(from),
    policyTypes: ['Egress'],
    egress: [{ to: [select(to)], ports: [{ port }] }],
  });

const into = (to: string, from: string, port: number): Manifest =>
  policy(`into ${to}`, {
    ...select(to),
    policyTypes: ['Ingress'],
    ingress: [{ from: [select(from)], ports: [{ port }] }],
  });

describe('possibleConnections', () => {
  const pods = [pod('a', 1), pod('b', 2)];

  it('is everything where no policy is', () => {
    expect(possibleConnections(pods)).toEqual(
      expect.arrayContaining(['a → b:2', 'b → a:1', 'everywhere → a:*', 'a → everywhere:*']),
    );
  });

  it.each([
    ['neither side', []],
    ['the caller alone', [outOf('a', 'b', 2)]],
    ['the called one alone', [into('b', 'a', 2)]],
    ['both sides for another port', [outOf('a', 'b', 1), into('b', 'a', 1)]],
  ])('is nothing with the leave of %s', (_who, policies) => {
    expect(possibleConnections([...pods, DENY, ...policies])).toEqual([]);
  });

  it('is a connection with the leave of both', () => {
    const policies = [outOf('a', 'b', 2), into('b', 'a', 2)];
    expect(possibleConnections([...pods, DENY, ...policies])).toEqual(['a → b:2']);
  });
});

describe('idleRules', () => {
  it.each([
    ['pods that are not there', into('nobody', 'b', 2)],
    ['callers that are not there', into('b', 'nobody', 2)],
    ['ports of which there is none', into('b', 'a', 3)],
    ['ports that others have', outOf('a', 'b', 1)],
  ])('are those about %s', (_what, idle) => {
    expect(idleRules([pod('a', 1), pod('b', 2), DENY, idle])).toEqual([idle.metadata.name]);
  });
});
