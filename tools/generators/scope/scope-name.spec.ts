import { describe, expect, it } from 'vitest';
import { describeScope, parseScopeName } from './scope-name.ts';

describe('the name of a scope', () => {
  it.each([
    ['payments:read', 'payments', 'read', 'Read payments'],
    ['card-payments:pay-back', 'card-payments', 'pay-back', 'Pay back card payments'],
  ])('%s has a resource and an action', (name, resource, action, description) => {
    const scope = parseScopeName(name);
    expect(scope).toEqual({ name, resource, action });
    expect(describeScope(scope)).toBe(description);
  });

  it.each(['', 'payments: read', 'payments:"read"', 'payments\\read', 'zahlungen:prüfen', 'a:b\n'])(
    '%j is no scope-token',
    (name) => {
      expect(() => parseScopeName(name)).toThrow('RFC 6749 3.3');
    },
  );

  it.each([
    'payments',
    'payments:',
    ':read',
    'payments:read:all',
    'Payments:read',
    'payments.read',
    '-a:b',
  ])('%s is none of ours', (name) => {
    expect(() => parseScopeName(name)).toThrow('<resource>:<action>');
  });
});
