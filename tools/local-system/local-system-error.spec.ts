import { describe, expect, it } from 'vitest';
import { LocalSystemError, explain } from './local-system-error.ts';

describe('explain', () => {
  it('takes the word of a failure that explains itself', () => {
    expect(explain(new LocalSystemError('port 3000 is taken'))).toBe('port 3000 is taken');
  });

  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EACCES', 'permission denied'],
  ])('says what %s means, and where', (code, meaning) => {
    const error = Object.assign(new Error(code), { code, path: '/data/run' });
    expect(explain(error)).toBe(`/data/run: ${meaning}`);
  });

  it('has no explanation for a mistake in the program', () => {
    expect(explain(new TypeError('x is undefined'))).toBeUndefined();
  });
});
