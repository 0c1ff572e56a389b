import { describe, expect, it } from 'vitest';
import type { Client } from '../verification/client.js';
import { RevocationList } from './revocation-list.js';

const client: Client = {
  clientId: 'worker',
  subject: 'worker',
  scopes: new Set(),
  tokenId: 'jti',
  issuedAt: 1_000,
  expiresAt: 1_300,
  claims: {},
};
const nothing = { audiences: ['x'], revoked_tokens: [], revoked_clients: [] };

describe('a list of what is revoked', () => {
  it.each([
    ['nothing', {}, false],
    ['the token', { revoked_tokens: ['other', 'jti'] }, true],
    ['another token', { revoked_tokens: ['other', 'jti2'] }, false],
    ['all of the client', { revoked_clients: [{ client_id: 'worker' }] }, true],
    ['all of another client', { revoked_clients: [{ client_id: 'other' }] }, false],
    [
      'what the client got before',
      { revoked_clients: [{ client_id: 'worker', issued_before: 1_001 }] },
      true,
    ],
    [
      'what the client got until then',
      { revoked_clients: [{ client_id: 'worker', issued_before: 1_000 }] },
      false,
    ],
    ['a member that nobody knows', { comment: 'x' }, false],
  ])('V01 with %s in it', (_what, revoked, expected) => {
    expect(RevocationList.from({ ...nothing, ...revoked })?.has(client)).toBe(expected);
  });

  it.each([
    {},
    { ...nothing, audiences: 'x' },
    { ...nothing, revoked_tokens: undefined },
    { ...nothing, revoked_tokens: { jti: 'jti' } },
    { ...nothing, revoked_tokens: ['a', 1] },
    { ...nothing, revoked_clients: undefined },
    { ...nothing, revoked_clients: ['worker'] },
    { ...nothing, revoked_clients: [null] },
    { ...nothing, revoked_clients: [{ issued_before: 1 }] },
    { ...nothing, revoked_clients: [{ client_id: 1 }] },
    { ...nothing, revoked_clients: [{ client_id: 'worker', issued_before: '1001' }] },
    { ...nothing, revoked_clients: [{ client_id: 'worker', issued_before: null }] },
  ])('is not %j', (body) => {
    expect(RevocationList.from(body)).toBeUndefined();
  });
});
