import type { IDeployment } from 'kubernetes-models/apps/v1';
import type { IPodTemplateSpec } from 'kubernetes-models/v1';

/** An object of the Kubernetes API. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
  };
  readonly [field: string]: unknown;
}

export type Labels = Readonly<Record<string, string>>;

export type PodSpec = NonNullable<IPodTemplateSpec['spec']>;
export type Container = PodSpec['containers'][number];

/** A manifest that makes pods. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly labels: Labels;
  readonly podLabels: Labels;
  readonly pod: PodSpec;
  /** As the manifest has it; of the shape of its kind. */
  readonly spec: IDeployment['spec'];
}

const KINDS_WITH_PODS = ['Deployment', 'StatefulSet', 'Job'];

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return manifests
    .filter(({ kind }) => KINDS_WITH_PODS.includes(kind))
    .map((manifest) => {
      const spec = manifest['spec'] as NonNullable<IDeployment['spec']>;
      const { metadata, spec: pod } = spec.template;
      if (!pod) throw new Error(`${nameOf(manifest)} has no pod`);
      return {
        kind: manifest.kind,
        name: manifest.metadata.name,
        labels: manifest.metadata.labels ?? {},
        podLabels: metadata?.labels ?? {},
        pod,
        spec,
      };
    });
}

/** The manifests of a kind, which is given by its model. */
export function ofKind<Model>(
  manifests: readonly Manifest[],
  kind: { is(value: unknown): value is Model },
): Model[] {
  return (manifests as readonly unknown[]).filter((manifest) => kind.is(manifest));
}

export function containersOf(pod: PodSpec): Container[] {
  return [...(pod.initContainers ?? []), ...pod.containers];
}

/** Such as `Deployment auth-server`. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}
