import { describe, expect, it } from 'vitest';
import { addAfterLast, addBefore, addToBlock, replaceFirst } from './text-edits.ts';

const YAML = `services:
  # first
  one:
    depends_on:
      volumes: { condition: none }
    volumes:
      - a:/a

  # second
  two:
    volumes:
      - b:/b

volumes:
  a:
`;

describe('addToBlock', () => {
  it('adds to the block that is meant, before what separates it from the next', () => {
    expect(addToBlock(YAML, ['services:', 'one:', 'volumes:'], '      - c:/c')).toBe(
      YAML.replace('      - a:/a\n', '      - a:/a\n      - c:/c\n'),
    );
    expect(addToBlock(YAML, ['volumes:'], '  c:')).toBe(YAML.replace(/ {2}a:\n$/, '  a:\n  c:\n'));
  });

  it('takes the first key of a list item for the head of what is below it, and of nothing beside it', () => {
    const list = 'ingress:\n  - from:\n      - one\n    ports:\n      - 1\n';
    expect(addToBlock(list, ['ingress:', '- from:'], '      - two')).toBe(
      list.replace('      - one\n', '      - one\n      - two\n'),
    );
  });

  it('adds to an object before its brace', () => {
    expect(
      addToBlock(
        'const a = {\n  b: {\n    c: 1,\n  },\n};\n',
        ['const a = {', 'b: {'],
        '    d: 2,',
      ),
    ).toBe('const a = {\n  b: {\n    c: 1,\n    d: 2,\n  },\n};\n');
  });

  it.each([[['services:', 'three:']], [['one:']]])('does not guess where %j is', (openings) => {
    expect(() => addToBlock(YAML, openings, 'x')).toThrow(openings.at(-1));
  });
});

describe('addBefore, addAfterLast and replaceFirst', () => {
  it('add and replace where they are told', () => {
    expect(addBefore('a\n  # b\n', '# b', '  # new')).toBe('a\n  # new\n  # b\n');
    expect(addAfterLast('a=1\na=2\nb\n', /^a=/, 'a=3')).toBe('a=1\na=2\na=3\nb\n');
    expect(replaceFirst('aba', /a/, (found) => `${found}c`)).toBe('acba');
  });

  it('do not guess where something is that is not there', () => {
    expect(() => addBefore('a', 'b', 'x')).toThrow('"b"');
    expect(() => addAfterLast('a', /b/, 'x')).toThrow('"/b/"');
    expect(() => replaceFirst('a', /b/, String)).toThrow('"/b/"');
  });
});
