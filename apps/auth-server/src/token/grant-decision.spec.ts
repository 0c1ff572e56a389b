import { describe, expect, it } from 'vitest';
import type { RegisteredClient } from '../clients/registered-client.js';
import type { OAuthError } from '../oauth/oauth-error.js';
import { decideGrant } from './grant-decision.js';

const ORDERS = 'https://orders.example';
const ADMIN = 'https://issuer.example';

const read = { name: 'orders:read', resource: ORDERS };
const write = { name: 'orders:write', resource: ORDERS };
const admin = { name: 'clients:read', resource: ADMIN };

describe('decideGrant', () => {
  it('grants what is asked for and no more', () => {
    expect(decide([read, write], { scopes: ['orders:write'], resources: [ORDERS] })).toEqual({
      resource: ORDERS,
      scopes: ['orders:write'],
    });
  });

  it('takes the resource that the scopes belong to where none is named (J05)', () => {
    expect(decide([read, admin], { scopes: ['clients:read'] })).toEqual({
      resource: ADMIN,
      scopes: ['clients:read'],
    });
  });

  it('grants all that a client holds at its one resource where it asks for nothing (S04)', () => {
    expect(decide([read, write], {})).toEqual({
      resource: ORDERS,
      scopes: ['orders:read', 'orders:write'],
    });
  });

  it('grants all that a client holds at the resource it names, and nothing of another (S04)', () => {
    expect(decide([read, admin, write], { resources: [ORDERS] })).toEqual({
      resource: ORDERS,
      scopes: ['orders:read', 'orders:write'],
    });
  });

  it.each([
    ['a scope that the client lacks (S01)', { scopes: ['orders:bill'] }, 'invalid_scope'],
    ['one scope too many (S01)', { scopes: ['orders:read', 'x'] }, 'invalid_scope'],
    [
      'a scope of another resource than the one that is named (S06)',
      { scopes: ['clients:read'], resources: [ORDERS] },
      'invalid_scope',
    ],
    [
      'scopes of two resources, one of them named (S06)',
      { scopes: ['orders:read', 'clients:read'], resources: [ORDERS] },
      'invalid_scope',
    ],
    [
      'scopes of two resources, none of them named (S06)',
      { scopes: ['orders:read', 'clients:read'] },
      'invalid_target',
    ],
    ['nothing, where there is a choice of resources', {}, 'invalid_target'],
    ['an unknown resource (S05)', { resources: ['https://other.example'] }, 'invalid_target'],
    ['a resource with a slash added (S05)', { resources: [`${ORDERS}/`] }, 'invalid_target'],
    ['a relative resource (S05)', { resources: ['/orders'] }, 'invalid_target'],
    ['a resource with a fragment (S05)', { resources: [`${ORDERS}#a`] }, 'invalid_target'],
    ['two resources (S06)', { resources: [ORDERS, ADMIN] }, 'invalid_target'],
    ['the same resource twice (S06)', { resources: [ORDERS, ORDERS] }, 'invalid_target'],
  ])('refuses %s', (_kind, request, code) => {
    expect(refusalOf([read, write, admin], request)).toBe(code);
  });

  it('grants nothing to a client that holds nothing', () => {
    expect(refusalOf([], {})).toBe('invalid_scope');
    expect(refusalOf([], { resources: [ORDERS] })).toBe('invalid_target');
  });
});

interface Request {
  readonly scopes?: string[];
  readonly resources?: string[];
}

function decide(scopes: RegisteredClient['scopes'], { scopes: wanted, resources = [] }: Request) {
  const client: RegisteredClient = {
    clientId: 'worker',
    authMethod: 'client_secret_basic',
    grantTypes: ['client_credentials'],
    disabled: false,
    secrets: [],
    jwks: undefined,
    jwksUri: undefined,
    resourceServers: [],
    accessTokenLifetime: undefined,
    tokensValidFrom: 0,
    scopes,
  };
  return decideGrant(client, { scopes: wanted, resources });
}

function refusalOf(scopes: RegisteredClient['scopes'], request: Request): string | undefined {
  try {
    decide(scopes, request);
    return undefined;
  } catch (error) {
    return (error as OAuthError).code;
  }
}
