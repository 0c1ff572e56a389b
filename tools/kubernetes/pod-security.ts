import { containersOf, type Container, type PodSpec } from './manifest.ts';

const ALLOWED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/** What is in a security context that is not about being contained. */
const HARMLESS_OF_POD = ['runAsGroup', 'fsGroup', 'fsGroupChangePolicy', 'supplementalGroups'];

/**
 * What keeps a pod from the restricted Pod Security Standard, of which some is only asked for indirectly:
 * a field that could loosen the container and is not known here is a fault, too. In addition to the
 * standard it wants a root file system that cannot be written to.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podSecurityFaults(pod: PodSpec): string[] {
  return [...faultsOfPod(pod), ...containersOf(pod).flatMap((container) => faultsOf(container))];
}

function faultsOfPod(pod: PodSpec): string[] {
  const { runAsNonRoot, runAsUser, seccompProfile, ...others } = pod.securityContext ?? {};
  const volumes = (pod.volumes ?? []).filter(
    (volume) =>
      !Object.keys(volume).every((field) => field === 'name' || ALLOWED_VOLUMES.includes(field)),
  );
  return [
    ...(['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => pod[field]),
    ...(runAsNonRoot ? [] : ['runAsNonRoot']),
    ...(runAsUser ? [] : ['runAsUser']),
    ...(seccompProfile?.type === 'RuntimeDefault' ? [] : ['seccompProfile']),
    ...Object.keys(others).filter((field) => !HARMLESS_OF_POD.includes(field)),
    ...volumes.map(({ name }) => `volume ${name}`),
  ];
}

function faultsOf(container: Container): string[] {
  const { allowPrivilegeEscalation, capabilities, readOnlyRootFilesystem, ...others } =
    container.securityContext ?? {};
  const isBare = capabilities?.drop?.includes('ALL') === true && !capabilities.add;
  return [
    ...(allowPrivilegeEscalation === false ? [] : ['allowPrivilegeEscalation']),
    ...(isBare ? [] : ['capabilities']),
    ...(readOnlyRootFilesystem ? [] : ['readOnlyRootFilesystem']),
    ...Object.keys(others),
    ...(container.ports ?? []).filter(({ hostPort }) => hostPort).map(() => 'hostPort'),
  ];
}
