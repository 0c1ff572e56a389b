import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { anchorsIn, linksIn, repositoryFiles } from './markdown.ts';
import { testTitlesIn } from './test-titles.ts';

const LARGEST_PICTURE_BYTES = 200 * 1024;

const files = repositoryFiles('**/*.md');
const read = (file: string) => readFileSync(join(WORKSPACE_ROOT, file), 'utf8');
const links = files.flatMap((file) =>
  linksIn(read(file), file).map((link) => ({ ...link, from: file })),
);

describe('the links of the documents', () => {
  it('are found', () => {
    expect(links.length).toBeGreaterThan(100);
  });

  it('lead to files that exist', () => {
    const dead = links.filter(({ path }) => !existsSync(join(WORKSPACE_ROOT, path)));
    expect(dead).toEqual([]);
  });

  it('show pictures that exist and are quick to load', () => {
    const pictures = files.flatMap((file) =>
      Array.from(
        read(file).matchAll(/<(?:img|source)\b[^>]*?\bsrc(?:set)?="([^"]+)"/g),
        ([, path = '']) => join(dirname(file), path),
      ),
    );
    const size = (path: string) => statSync(join(WORKSPACE_ROOT, path)).size;
    expect(pictures.length).toBeGreaterThan(0);
    expect(pictures.filter((path) => size(path) > LARGEST_PICTURE_BYTES)).toEqual([]);
  });

  it('lead to headings that exist', () => {
    const dead = links
      .filter(({ path, anchor }) => anchor !== '' && path.endsWith('.md'))
      .filter(({ path, anchor }) => !anchorsIn(read(path)).includes(anchor));
    expect(dead).toEqual([]);
  });

  it('name tests that exist, where their text is not the name of a file', () => {
    const named = links
      .filter(({ path }) => path.endsWith('.spec.ts'))
      .map((link) => ({ ...link, text: link.text.replaceAll('`', '') }))
      .filter(({ text, path }) => text !== basename(path) && text !== 'a test');
    const unknown = named.filter(
      ({ text, path }) => !testTitlesIn(read(path)).some((title) => title.includes(text)),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(unknown).toEqual([]);
  });
});
