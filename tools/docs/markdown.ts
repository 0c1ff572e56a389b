import { globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace/root.ts';

/** A link of a Markdown file to a file of this repository. */
export interface Link {
  readonly text: string;
  /** The path of its target, from the root of the repository. */
  readonly path: string;
  /** What it names within the target; empty for the whole. */
  readonly anchor: string;
}

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

/** What is made or fetched, and no part of the repository. */
const NOT_OURS = new Set(['node_modules', 'dist', 'out-tsc', '.data', '.nx', 'coverage']);

/** The files of the repository that fit a pattern, as paths from its root. */
export function repositoryFiles(pattern: string): string[] {
  return globSync(pattern, {
    cwd: WORKSPACE_ROOT,
    exclude: (path) => NOT_OURS.has(basename(path)),
  }).toSorted();
}

/** @param file the path of the Markdown file, to which its links are relative. */
export function linksIn(markdown: string, file: string): Link[] {
  return Array.from(prose(markdown).matchAll(/\[([^\]]*)\]\(([^)\s]+)\)/g))
    .map(([, text = '', target = '']) => ({ text, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target))
    .map(({ text, target }) => {
      const [path = '', anchor = ''] = target.split('#', 2);
      return { text, anchor, path: path === '' ? file : join(dirname(file), path) };
    });
}

/** The anchors of a Markdown file's headings, as GitHub makes them. */
export function anchorsIn(markdown: string): string[] {
  const taken = new Map<string, number>();
  return Array.from(prose(markdown).matchAll(/^#{1,6} (.+)$/gm), ([, title = '']) => {
    const anchor = title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const count = taken.get(anchor) ?? 0;
    taken.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

/** The fenced blocks of a Markdown file; the language is the first word beside the fence. */
export function codeBlocksIn(markdown: string): CodeBlock[] {
  return Array.from(
    markdown.matchAll(/^```(\w*)[^\n]*\n(.*?)^```$/gms),
    ([, language = '', text = '']) => ({ language, text }),
  );
}

/** A Markdown file without its code. */
function prose(markdown: string): string {
  return markdown.replace(/^```.*?^```$/gms, '');
}
