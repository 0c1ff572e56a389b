import {
  containersOf,
  workloadsOf,
  type Container,
  type Manifest,
  type Workload,
} from './manifest.ts';

type Keys = Readonly<Record<string, readonly string[]>>;

/** Every secret that the manifests refer to, and the keys that they use of it, in order. */
export function secretsOf(manifests: readonly Manifest[]): Keys {
  const keys: Record<string, string[]> = {};
  for (const { pod } of workloadsOf(manifests)) {
    for (const { secret } of pod.volumes ?? []) {
      if (!secret) continue;
      const used = secret.items?.map(({ key }) => key) ?? credentialFilesOf(manifests);
      keys[secret.secretName ?? ''] = [
        ...new Set([...(keys[secret.secretName ?? ''] ?? []), ...used]),
      ].sort();
    }
  }
  return keys;
}

/** The files that provisioning wants in its directory: one for each client of the registry document. */
function credentialFilesOf(manifests: readonly Manifest[]): string[] {
  return registryOf(manifests).clients.map(({ client_id }) => `${client_id}.json`);
}

interface RegistryDocument {
  readonly resource_servers: readonly { readonly name: string; readonly identifier: string }[];
  readonly clients: readonly { readonly client_id: string; readonly scope: string }[];
}

export function registryOf(manifests: readonly Manifest[]): RegistryDocument {
  const text = configMapOf(manifests, 'registry')['registry.json'];
  return JSON.parse(text ?? '') as RegistryDocument;
}

/** The data of a ConfigMap, whose name ends in a hash. */
export function configMapOf(
  manifests: readonly Manifest[],
  name: string,
): Readonly<Record<string, string>> {
  const configMap = manifests.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name.startsWith(`${name}-`),
  );
  if (!configMap) throw new Error(`there is no ConfigMap ${name}`);
  return configMap['data'] as Record<string, string>;
}

/** A container's environment, with what it takes from ConfigMaps. */
export function environmentOf(
  { env = [] }: Container,
  manifests: readonly Manifest[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    env.map(({ name, value, valueFrom }) => {
      if (value !== undefined) return [name, value];
      const { name: configMap, key } = valueFrom?.configMapKeyRef ?? {};
      const found = manifests.find(
        ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMap,
      );
      const data = found?.['data'] as Record<string, string> | undefined;
      const content = data?.[key ?? ''];
      if (content === undefined) throw new Error(`${name} comes from nowhere`);
      return [name, content];
    }),
  );
}

/** The paths of all the secrets that a workload's containers find in their file systems. */
export function secretFilesOf({ pod }: Workload): string[] {
  return containersOf(pod).flatMap(({ volumeMounts = [] }) =>
    volumeMounts.flatMap(({ name, mountPath }) => {
      const volume = pod.volumes?.find((candidate) => candidate.name === name);
      return (volume?.secret?.items ?? []).map(({ path }) => `${mountPath}/${path}`);
    }),
  );
}
