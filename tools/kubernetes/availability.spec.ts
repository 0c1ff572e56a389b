import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { containersOf, ofKind, workloadsOf, type Manifest, type Workload } from './manifest.ts';
import { OVERLAYS } from './overlays.ts';
import { matches } from './selector.ts';

const EVERY = OVERLAYS.flatMap(([overlay, manifests]) =>
  workloadsOf(manifests).map(
    (workload) => [`${workload.kind} ${workload.name} of ${overlay}`, workload, manifests] as const,
  ),
);
const DEPLOYMENTS = EVERY.filter(([, { kind }]) => kind === 'Deployment');
const JOBS = EVERY.filter(([, { kind }]) => kind === 'Job');

describe.each(DEPLOYMENTS)('%s', (_name, deployment, manifests) => {
  it('always has two replicas or more, whose number has one master', () => {
    const lowest = [
      ...(deployment.spec?.replicas === undefined ? [] : [deployment.spec.replicas]),
      ...lowestByAutoscalers(manifests, deployment.name),
    ];
    expect(lowest).toHaveLength(1);
    expect(lowest[0]).toBeGreaterThanOrEqual(2);
  });

  it('has one disruption budget, which lets nodes be drained', () => {
    const budgets = ofKind(manifests, PodDisruptionBudget).filter(({ spec }) =>
      matches(spec?.selector, deployment.podLabels),
    );
    expect(budgets.map(({ spec }) => spec?.maxUnavailable)).toEqual([1]);
  });

  it('rolls out without ever having fewer pods than asked for', () => {
    expect(deployment.spec?.strategy?.rollingUpdate?.maxUnavailable).toBe(0);
  });

  it('is spread over nodes and zones', () => {
    const constraints = deployment.pod.topologySpreadConstraints ?? [];
    expect(constraints.map(({ topologyKey }) => topologyKey)).toEqual([
      'kubernetes.io/hostname',
      'topology.kubernetes.io/zone',
    ]);
    for (const { labelSelector } of constraints) {
      expect(matches(labelSelector, deployment.podLabels)).toBe(true);
    }
  });

  it('is probed on its management port', () => {
    for (const container of deployment.pod.containers) {
      const { startupProbe, livenessProbe, readinessProbe, ports = [] } = container;
      expect(startupProbe?.httpGet?.path).toBe('/health/live');
      expect(livenessProbe?.httpGet?.path).toBe('/health/live');
      expect(readinessProbe?.httpGet?.path).toBe('/health/ready');
      for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
        expect(probe?.httpGet?.port).toBe('management');
      }
      const managementPort = ports.find(({ name }) => name === 'management')?.containerPort;
      expect(container.env).toContainEqual({
        name: 'MANAGEMENT_PORT',
        value: String(managementPort),
      });
    }
  });

  it('has no pods that another workload takes for its own', () => {
    const others = workloadsOf(manifests).filter(({ name }) => name !== deployment.name);
    for (const { podLabels } of others) {
      expect(matches(deployment.spec?.selector, podLabels)).toBe(false);
    }
    expect(matches(deployment.spec?.selector, deployment.podLabels)).toBe(true);
  });

  it('is left to the second step of a release', () => {
    expect(deployment.labels['release-step']).toBe('rollout');
  });
});

describe.each(JOBS)('%s', (_name, job) => {
  it('is made anew in the first step of a release', () => {
    expect(job.labels['release-step']).toBe('preparation');
  });
});

describe.each(EVERY)('%s', (_name, { labels, pod, podLabels }, manifests) => {
  it('says what it needs and where it ends', () => {
    for (const { resources } of containersOf(pod)) {
      expect(Object.keys(resources?.requests ?? {}).sort()).toEqual(['cpu', 'memory']);
      expect(resources?.limits?.['memory']).toBeDefined();
    }
  });

  it('has an image that stays the same', () => {
    for (const { image } of containersOf(pod)) {
      expect(image).toMatch(/:[\w.-]+$/);
      expect(image).not.toMatch(/:latest$/);
    }
  });

  it('has an account of its own without a token', () => {
    const accounts = manifests.filter(({ kind }) => kind === 'ServiceAccount');
    const account = accounts.find(({ metadata }) => metadata.name === pod.serviceAccountName);
    expect(account?.['automountServiceAccountToken']).toBe(false);
    expect(account?.metadata.name).toBe(podLabels['app.kubernetes.io/name']);
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  // ORDERS_API_PORT=tcp://10.96.0.7:80, which Kubernetes would set, is what the app reads its port from.
  it('gets no variables from Kubernetes', () => {
    expect(pod.enableServiceLinks).toBe(false);
  });

  it('carries the common labels', () => {
    for (const set of [labels, podLabels]) {
      expect(set).toMatchObject({
        'app.kubernetes.io/name': expect.any(String) as string,
        'app.kubernetes.io/component': expect.any(String) as string,
        'app.kubernetes.io/part-of': 'm2m',
        'app.kubernetes.io/managed-by': 'kustomize',
      });
    }
  });
});

describe.each(OVERLAYS)('%s', (_name, manifests) => {
  it('has Services that lead to the ports of pods', () => {
    for (const { spec } of ofKind(manifests, Service)) {
      const targets = workloadsOf(manifests).filter((workload) =>
        matches({ matchLabels: spec?.selector ?? {} }, workload.podLabels),
      );
      expect(targets).toHaveLength(1);
      const ports = targets.flatMap(portNamesOf);
      for (const { targetPort } of spec?.ports ?? []) expect(ports).toContain(targetPort);
    }
  });
});

function lowestByAutoscalers(manifests: readonly Manifest[], deployment: string): number[] {
  const standard = ofKind(manifests, HorizontalPodAutoscaler).map(
    ({ spec }) => [spec.scaleTargetRef.name, spec.minReplicas ?? 1] as const,
  );
  const keda = ofKind(manifests, ScaledObject).map(
    ({ spec }) => [spec.scaleTargetRef.name, spec.minReplicaCount ?? 0] as const,
  );
  return [...standard, ...keda]
    .filter(([target]) => target === deployment)
    .map(([, lowest]) => lowest);
}

function portNamesOf({ pod }: Workload): (string | undefined)[] {
  return containersOf(pod).flatMap(({ ports = [] }) => ports.map(({ name }) => name));
}
