import { names } from '@nx/devkit';
import { APPS } from '../../local-system/apps.ts';
import { isResourceServer, RESOURCE_SERVERS } from '../../local-system/resource-servers.ts';
import type { ResourceServer, ResourceServerName } from '../../local-system/resource-servers.ts';

/** The API that a worker calls. */
export interface CalledApi {
  readonly name: ResourceServerName;
  readonly port: number;
  /** `ORDERS_API`: what its variables begin with. */
  readonly constant: string;
  /** `OrdersApi` */
  readonly className: string;
  /** `orders`: what it holds, which is also the path of the list. */
  readonly resources: string;
  /** What the worker is registered for. */
  readonly scope: string;
}

/** Finds it; an error says why a worker cannot read from it. */
export function calledApi(name: string): CalledApi {
  if (!isResourceServer(name) || !name.endsWith('-api')) {
    const known = Object.keys(RESOURCE_SERVERS).filter((server) => server.endsWith('-api'));
    throw new Error(
      `"${name}" is no API that a worker can call: --calls takes ${known.join(', ')}`,
    );
  }
  const resources = name.replace(/-api$/, '');
  const scope = `${resources}:read`;
  const { scopes }: ResourceServer = RESOURCE_SERVERS[name];
  if (!(scope in scopes)) throw new Error(`${name} has no scope ${scope} to read by`);
  return {
    name,
    port: APPS[name].defaultPort,
    constant: name.replaceAll('-', '_').toUpperCase(),
    className: names(name).className,
    resources,
    scope,
  };
}
