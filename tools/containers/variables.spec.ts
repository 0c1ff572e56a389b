import { describe, expect, it } from 'vitest';
import { requireVariables } from './variables.ts';

describe('requireVariables', () => {
  it('gives the values of those it is asked for', () => {
    expect(requireVariables({ A: '1', B: '2', C: '3' }, 'A', 'C')).toEqual({ A: '1', C: '3' });
  });

  it('names all that are missing or empty', () => {
    expect(() => requireVariables({ A: '1', B: '' }, 'A', 'B', 'C')).toThrow('not set: B, C');
  });
});
