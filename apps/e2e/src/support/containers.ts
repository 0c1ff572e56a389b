import { compose, containersOf, docker } from '../setup/docker.js';

/** The services that stay up; the others have done their work once. */
export const SERVICES = [
  'auth-server',
  'orders-api',
  'billing-worker',
  'ingress',
  'database',
] as const;
export const NODE_SERVICES = ['auth-server', 'orders-api', 'billing-worker', 'ingress'] as const;
export const ONE_SHOTS = ['secrets', 'migrate', 'provision', 'demo-orders'] as const;

/** As `docker inspect` describes a container; the parts that are looked at here. */
export interface Container {
  readonly Id: string;
  readonly State: Readonly<Record<string, unknown>>;
  readonly Config: { readonly Env: readonly string[]; readonly Image: string };
  readonly HostConfig: {
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly ReadonlyRootfs: boolean;
    readonly Privileged: boolean;
    readonly Init: boolean;
    readonly Memory: number;
    readonly PidsLimit: number;
    readonly RestartPolicy: { readonly Name: string };
    readonly LogConfig: { readonly Config: Readonly<Record<string, string>> };
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string }[]>>;
  };
  readonly Mounts: readonly {
    readonly Type: string;
    readonly Name?: string;
    readonly RW: boolean;
  }[];
}

export async function inspect(service: string): Promise<Container> {
  const [id = ''] = await containersOf(service);
  const [container] = JSON.parse(await docker(['inspect', id])) as [Container];
  return container;
}

/** Runs JavaScript inside of a service's container, and returns what it prints. */
export function evaluate(service: string, script: string): Promise<string> {
  return compose(['exec', '-T', service, 'node', '--input-type=module', '--eval', script]);
}

/** Runs a command inside of a service's container, and returns what it prints. */
export function execute(service: string, ...command: string[]): Promise<string> {
  return compose(['exec', '-T', service, ...command]);
}
