import { expect } from 'vitest';
import { shown, type Answer } from './http.js';

/** Expects a refusal with a Bearer challenge after RFC 6750 3 that carries this error, or none. */
export function expectChallenge(answer: Answer, status: number, error: string | undefined): void {
  const challenge = answer.headers.get('www-authenticate') ?? '';
  expect(answer.status, shown(answer)).toBe(status);
  expect(challenge).toMatch(/^Bearer /);
  expect(/\berror="([^"]*)"/.exec(challenge)?.[1]).toBe(error);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
}

/** Expects 401 `invalid_token`. */
export const expectInvalidToken = (answer: Answer) => expectChallenge(answer, 401, 'invalid_token');
