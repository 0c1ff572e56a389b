import { invalidInput, Problem } from '@m2m/service-defaults';
import { ForbiddenException, UnauthorizedException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { unknownScope } from '../clients/client-problems.js';
import { registrationErrorFor } from './registration-error.filter.js';

describe('the error answer of a registration endpoint', () => {
  it.each([
    [new UnauthorizedException(), 401, 'invalid_token'],
    [new ForbiddenException(), 403, 'insufficient_scope'],
    [invalidInput([{ message: 'is wrong', path: ['jwks'] }]), 400, 'invalid_client_metadata'],
    [unknownScope(), 400, 'invalid_client_metadata'],
  ])('to %s is %i %s', (error, status, code) => {
    const answer = registrationErrorFor(error);

    expect([answer?.getStatus(), answer?.code]).toEqual([status, code]);
  });

  it('names what is at fault', () => {
    const fault = invalidInput([{ message: 'is wrong', path: ['jwks', 'keys', 0] }]);

    expect(registrationErrorFor(fault)?.description).toBe('jwks.keys.0 is wrong');
  });

  it('holds only the characters that are allowed (T14)', () => {
    const fault = invalidInput([{ message: 'is "wrong"\\', path: ['jwks'] }]);

    expect(registrationErrorFor(fault)?.description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  it('is that of every OAuth endpoint to anything else', () => {
    expect(registrationErrorFor(new Problem(412))).toBeUndefined();
    expect(registrationErrorFor(new Error('boom'))).toBeUndefined();
  });
});
