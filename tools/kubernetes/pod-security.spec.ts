import { Namespace } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { ofKind, workloadsOf, type PodSpec } from './manifest.ts';
import { OVERLAYS } from './overlays.ts';
import { podSecurityFaults } from './pod-security.ts';

const PODS = OVERLAYS.flatMap(([overlay, manifests]) =>
  workloadsOf(manifests).map(
    ({ kind, name, pod }) => [`${kind} ${name} of ${overlay}`, pod] as const,
  ),
);

describe('the restricted Pod Security Standard', () => {
  it.each(PODS)('is kept by %s', (_name, pod) => {
    expect(podSecurityFaults(pod)).toEqual([]);
  });

  it.each(OVERLAYS)('is enforced in the namespace of %s', (_name, manifests) => {
    const namespaces = ofKind(manifests, Namespace);
    expect(namespaces.map(({ metadata }) => metadata?.name)).toEqual(['m2m']);
    expect(namespaces[0]?.metadata?.labels).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    const elsewhere = manifests.filter(
      ({ kind, metadata }) => kind !== 'Namespace' && metadata.namespace !== 'm2m',
    );
    expect(elsewhere).toEqual([]);
  });
});

const restricted: PodSpec = {
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 1000,
    seccompProfile: { type: 'RuntimeDefault' },
  },
  containers: [
    {
      name: 'one',
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    },
  ],
};

const withPod = (change: Partial<PodSpec>): PodSpec => ({ ...restricted, ...change });

const withContext = (change: NonNullable<PodSpec['securityContext']>): PodSpec =>
  withPod({ securityContext: { ...restricted.securityContext, ...change } });

const withContainer = (change: Partial<PodSpec['containers'][number]>): PodSpec =>
  withPod({ containers: restricted.containers.map((container) => ({ ...container, ...change })) });

const withContainerContext = (
  change: NonNullable<PodSpec['containers'][number]['securityContext']>,
): PodSpec =>
  withPod({
    containers: restricted.containers.map((container) => ({
      ...container,
      securityContext: { ...container.securityContext, ...change },
    })),
  });

describe('podSecurityFaults', () => {
  it('has nothing against a restricted pod', () => {
    expect(podSecurityFaults(restricted)).toEqual([]);
  });

  it.each([
    ['hostNetwork', withPod({ hostNetwork: true })],
    ['hostPID', withPod({ hostPID: true })],
    ['hostIPC', withPod({ hostIPC: true })],
    ['volume host', withPod({ volumes: [{ name: 'host', hostPath: { path: '/' } }] })],
    ['runAsNonRoot', withContext({ runAsNonRoot: false })],
    ['runAsUser', withContext({ runAsUser: 0 })],
    ['seccompProfile', withContext({ seccompProfile: { type: 'Unconfined' } })],
    ['sysctls', withContext({ sysctls: [{ name: 'kernel.sem', value: '1' }] })],
    ['allowPrivilegeEscalation', withContainerContext({ allowPrivilegeEscalation: true })],
    ['readOnlyRootFilesystem', withContainerContext({ readOnlyRootFilesystem: false })],
    ['capabilities', withContainerContext({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } })],
    ['capabilities', withContainerContext({ capabilities: {} })],
    ['privileged', withContainerContext({ privileged: true })],
    ['runAsUser', withContainerContext({ runAsUser: 0 })],
    ['hostPort', withContainer({ ports: [{ containerPort: 1, hostPort: 1 }] })],
  ])('finds %s', (fault, pod) => {
    expect(podSecurityFaults(pod)).toEqual([fault]);
  });

  it('looks at init containers, too', () => {
    expect(podSecurityFaults(withPod({ initContainers: [{ name: 'two' }] }))).toEqual([
      'allowPrivilegeEscalation',
      'capabilities',
      'readOnlyRootFilesystem',
    ]);
  });
});
