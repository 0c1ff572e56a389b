import { describe, expect, it } from 'vitest';
import { table } from './table.ts';

describe('table', () => {
  it('aligns columns by what characters take on a screen', () => {
    const text = table(
      ['ID', 'NAME', 'STATE'],
      [
        ['a', '注文', 'enabled'],
        ['long-id', 'orders', 'disabled'],
      ],
      'none',
    );
    expect(text).toBe(
      ['ID       NAME    STATE', 'a        注文    enabled', 'long-id  orders  disabled'].join(
        '\n',
      ),
    );
  });

  it('shows a dash where there is nothing', () => {
    expect(table(['ID', 'ENDS'], [['a', '']], 'none')).toBe('ID  ENDS\na   -');
  });

  it('says that there are no rows', () => {
    expect(table(['ID'], [], 'no clients')).toBe('no clients');
  });

  it('lets no cell control the terminal', () => {
    const cell = 'a\u001b[2Kb\nc\u202ed';
    expect(table(['ID'], [[cell]], '')).toBe('ID\na\\u{1b}[2Kb\\u{a}c\\u{202e}d');
  });
});
