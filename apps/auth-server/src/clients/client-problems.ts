import { Problem } from '@m2m/service-defaults';

export const clientNotFound = () =>
  new Problem(404, { code: 'client_not_found', detail: 'There is no such client.' });

export const clientExists = () =>
  new Problem(409, {
    code: 'client_exists',
    detail: 'There is a client with this client_id already.',
    errors: [{ field: 'client_id', detail: 'is taken' }],
  });

export const unknownScope = () =>
  new Problem(422, {
    code: 'unknown_scope',
    detail: 'A scope is not that of any resource server.',
    errors: [{ field: 'scope', detail: 'must hold scopes of registered resource servers only' }],
  });

export const noClientSecret = () =>
  new Problem(409, {
    code: 'no_client_secret',
    detail: 'The client authenticates by its keys and has no secret.',
  });

export const tooManySecrets = (most: number) =>
  new Problem(409, {
    code: 'too_many_secrets',
    detail: `The client has ${most} secrets that are still good. End one of them first.`,
  });

export const secretNotFound = () =>
  new Problem(404, {
    code: 'client_secret_not_found',
    detail: 'The client has no such secret, or it has ended already.',
  });

export const tokensJustRevoked = () =>
  new Problem(409, {
    code: 'tokens_just_revoked',
    detail: 'The tokens of this client have been revoked several times just now. Wait a moment.',
    headers: { 'retry-after': '1' },
  });

/** Whoever administers clients must not lose the way back by a slip. */
export const ownClient = () =>
  new Problem(409, {
    code: 'own_client',
    detail: 'This would shut out the client that asks for it. Do it as another client.',
  });
