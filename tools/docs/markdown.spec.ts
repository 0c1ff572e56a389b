import { describe, expect, it } from 'vitest';
import { anchorsIn, codeBlocksIn, linksIn } from './markdown.ts';
import { testTitlesIn } from './test-titles.ts';

const MARKDOWN = `# The \`npm start\` command's way
See [the code](../a/b.ts), [below](#twice) and [elsewhere](https://example.com/x).
## Twice
## Twice
\`\`\`sh once
# No heading, [no link](nowhere.md)
\`\`\`
`;

describe('a Markdown file', () => {
  it('has links to files and headings, of which addresses elsewhere and code are none', () => {
    expect(linksIn(MARKDOWN, 'docs/page.md')).toEqual([
      { text: 'the code', path: 'a/b.ts', anchor: '' },
      { text: 'below', path: 'docs/page.md', anchor: 'twice' },
    ]);
  });

  it('has an anchor of its own for each heading', () => {
    expect(anchorsIn(MARKDOWN)).toEqual(['the-npm-start-commands-way', 'twice', 'twice-1']);
  });

  it('has blocks of code', () => {
    expect(codeBlocksIn(MARKDOWN)).toEqual([
      { language: 'sh', text: '# No heading, [no link](nowhere.md)\n' },
    ]);
  });
});

describe('a file of tests', () => {
  it('has titles of its tests and groups, in whichever way they are called', () => {
    const source = `
      describe.runIf(true)('a group', { concurrent: true }, () => {
        it('R01 a test', () => expect('no title').toBe(call('no title either')));
        it.each([1, 2])('R02 of %s', () => {});
      });`;
    expect(testTitlesIn(source)).toEqual(['a group', 'R01 a test', 'R02 of %s']);
  });
});
