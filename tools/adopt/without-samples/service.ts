import { serviceNames } from '../../generators/resource-server/service-names.ts';
import type { ServiceNames } from '../../generators/resource-server/service-names.ts';

/** The guarded service that takes the place of the sample's. */
export type Service = ServiceNames;

export const STANDARD_SERVICE = 'examples-api';

/** What the auth-server, PostgreSQL or the sample have already. */
const TAKEN = new Set([
  'auth',
  'clients',
  'orders',
  'billing',
  'postgres',
  'template0',
  'template1',
]);

/** Derives all names of the service; an error says what is wrong with the one that is given. */
export function serviceCalled(name: string): Service {
  const service = serviceNames(name);
  if (TAKEN.has(service.resources)) {
    throw new Error(
      `"${name}" would have a database or scopes that others have: choose another name`,
    );
  }
  return service;
}
