import { Problem } from '@m2m/service-defaults';

export const resourceServerNotFound = () =>
  new Problem(404, {
    code: 'resource_server_not_found',
    detail: 'There is no such resource server.',
  });

const taken = (code: string, field: string, detail: string) =>
  new Problem(409, { code, detail, errors: [{ field, detail: 'is taken' }] });

/** What it means that a name or identifier is there already, by the constraint that says so. */
const CONFLICTS: Readonly<Record<string, () => Problem>> = {
  resource_server_pkey: () =>
    taken('resource_server_exists', 'name', 'There is a resource server of this name already.'),
  resource_server_identifier_key: () =>
    taken('identifier_taken', 'identifier', 'Another resource server has this identifier.'),
  scope_pkey: () => taken('scope_taken', 'scopes', 'A scope belongs to another resource server.'),
};

/** The problem that an error of the database stands for; the error itself, if it is none of the known ones. */
export function conflictBehind(error: unknown): unknown {
  const { driverError } = error as { driverError?: { constraint?: string } };
  return CONFLICTS[driverError?.constraint ?? '']?.() ?? error;
}

export const unknownClient = () =>
  new Problem(422, {
    code: 'unknown_client',
    detail: 'One of the introspection clients is not registered.',
    errors: [{ field: 'introspection_clients', detail: 'must hold registered clients only' }],
  });

/** @param holders how many clients hold each scope. */
export const scopesInUse = (holders: readonly { scope: string; count: number }[]) =>
  new Problem(409, {
    code: 'scope_in_use',
    detail: 'Clients hold a scope that would be removed. Withdraw it from them first.',
    errors: holders.map(({ scope, count }) => ({
      field: 'scopes',
      detail: `${scope} is held by ${count} ${count === 1 ? 'client' : 'clients'}`,
    })),
  });

/** Without its own scopes nobody could use the admin API any more. */
export const ownResourceServer = () =>
  new Problem(409, {
    code: 'own_resource_server',
    detail: 'The server needs its own identifier and scopes for the admin API.',
  });
