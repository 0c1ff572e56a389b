import { describe, expect, it } from 'vitest';
import { withoutDeadLinks } from './dead-links.ts';

const isRemoved = (file: string) => file === 'docs/gone.md' || file === 'apps/gone';
const after = (line: string) => withoutDeadLinks('docs/page.md', line, isRemoved);

describe('a document without its dead links', () => {
  it.each([
    ['It is so ([record 9](gone.md)).', 'It is so.'],
    ['As [the page](gone.md#part) says.', 'As the page says.'],
    ['See [one](gone.md), [two](kept.md).', 'See [two](kept.md).'],
    ['See [two](kept.md), [one](gone.md).', 'See [two](kept.md).'],
    ['See [one](gone.md), [two](kept.md), [three](../apps/gone).', 'See [two](kept.md).'],
    ['Here [nothing](https://example.com/gone.md) is dead.', undefined],
    ['Nor [here](#gone.md).', undefined],
  ])('says of %j: %j', (before, text = before) => {
    expect(after(before)).toBe(text);
  });

  it.each([
    ['| I | a threat | [a test](gone.md), [another](gone.md#b) |', []],
    ['- [All of it](gone.md): is there', []],
    [
      '| I | a threat | [a test](gone.md), [another](kept.md) |',
      ['| I | a threat | [another](kept.md) |'],
    ],
    ['Both are told in [one](gone.md).', ['Both are told in one.']],
  ])('loses %j if nothing else is linked there', (line, left) => {
    expect(after(`before\n${line}\nafter`).split('\n').slice(1, -1)).toEqual(left);
  });

  it('is a Markdown file', () => {
    expect(withoutDeadLinks('docs/page.ts', 'a [x](gone.md)', isRemoved)).toBe('a [x](gone.md)');
  });
});
