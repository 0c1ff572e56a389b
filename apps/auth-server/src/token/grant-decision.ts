import type { ClientScope, RegisteredClient } from '../clients/registered-client.js';
import { invalidScope, invalidTarget } from '../oauth/oauth-error.js';

/** What a client asks for; what it leaves out is filled in from its registration. */
export interface GrantRequest {
  readonly scopes: readonly string[] | undefined;
  /** The values of `resource` (RFC 8707 2). */
  readonly resources: readonly string[];
}

/** What it gets: a token for one resource server, with scopes of that one only. */
export interface GrantDecision {
  readonly resource: string;
  readonly scopes: readonly string[];
}

/**
 * Decides which scopes at which resource server a client is granted.
 *
 * - A token is for exactly one resource server (RFC 8707 2.2, RFC 9068 3). Without `resource` it is the one
 *   that the scopes belong to; where that leaves a choice, the request has to name it.
 * - A scope the client does not hold there is refused, never silently left out (RFC 6749 3.3).
 * - Without `scope` the client gets all the scopes it holds at that resource server.
 *
 * @throws OAuthError `invalid_scope` or `invalid_target`
 */
export function decideGrant(client: RegisteredClient, request: GrantRequest): GrantDecision {
  const wanted = request.scopes && scopesHeld(client, request.scopes);
  const resource = targetOf(client, request.resources, wanted ?? client.scopes);
  if (wanted?.some((scope) => scope.resource !== resource)) {
    throw invalidScope('A scope belongs to another resource than the one that is asked for');
  }
  const granted = wanted ?? client.scopes.filter((scope) => scope.resource === resource);
  return { resource, scopes: granted.map(({ name }) => name) };
}

function scopesHeld(client: RegisteredClient, names: readonly string[]): ClientScope[] {
  return names.map((name) => {
    const scope = client.scopes.find((held) => held.name === name);
    if (!scope) throw invalidScope('A scope is unknown or not granted to this client');
    return scope;
  });
}

function targetOf(
  client: RegisteredClient,
  requested: readonly string[],
  scopes: readonly ClientScope[],
): string {
  if (requested.length > 1)
    throw invalidTarget('A token is for one resource: ask for each by itself');
  const [named] = requested;
  if (named !== undefined) {
    const held = client.scopes.some(({ resource }) => resource === named);
    if (!held) throw invalidTarget('The resource is unknown or this client has no scope there');
    return named;
  }
  const [only, ...others] = new Set(scopes.map(({ resource }) => resource));
  if (only === undefined) throw invalidScope('This client has no scope to be granted');
  if (others.length > 0) throw invalidTarget('The scopes belong to several resources: name one');
  return only;
}
