import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { codeBlocksIn, repositoryFiles } from './markdown.ts';

const read = (file: string) => readFileSync(join(WORKSPACE_ROOT, file), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
const blocks = repositoryFiles('**/*.md').flatMap((file) =>
  codeBlocksIn(read(file))
    .filter(({ language }) => language === 'sh')
    .map(({ text }, index) => ({ name: `${file}, block ${index + 1}`, text })),
);

/** What a pattern finds in a text, by its first group. */
const all = (text: string, pattern: RegExp) =>
  Array.from(text.matchAll(pattern), ([, found = '']) => found);

/** The verbs of an operator's program; it has some if it is one. */
function verbsOf(program: string): string[] {
  return repositoryFiles(`tools/operator/${program}/*.program.ts`).flatMap((file) =>
    all(read(file), /(?:\.command\(|\bverb: )'([a-z-]+)/g),
  );
}

describe.each(blocks)('the commands of $name', ({ text }) => {
  it('can be read by a shell', () => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
    expect(status, stderr).toBe(0);
  });

  it('run scripts that package.json has', () => {
    const named = [...all(text, /\bnpm run ([\w:-]+)/g), ...all(text, /\bnpm (start|test)\b/g)];
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('run programs that are installed', () => {
    const named = all(text, /\bnpx (?:--no-install )?([\w-]+)/g);
    const missing = named.filter(
      (name) => !existsSync(join(WORKSPACE_ROOT, 'node_modules/.bin', name)),
    );
    expect(missing).toEqual([]);
  });

  it('give the operator’s programs verbs that they know', () => {
    for (const [, program = '', verb = ''] of text.matchAll(
      /\bnpm run (clients|resources|keys|billing) -- ([a-z-]+)/g,
    )) {
      expect(verbsOf(program), program).toContain(verb);
    }
  });

  it('name files that exist', () => {
    const named = all(text, /(?:^|[\s=./])((?:apps|deploy|docs|libs|tools|\.ci)\/[\w./-]+)/gm);
    const missing = named.filter((path) => !existsSync(join(WORKSPACE_ROOT, path)));
    expect(missing).toEqual([]);
  });
});
