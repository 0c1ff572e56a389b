import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { codeBlocksIn, repositoryFiles } from './markdown.ts';
import { faultsOf } from './snippets.ts';

const snippets = repositoryFiles('**/*.md').flatMap((file) =>
  codeBlocksIn(readFileSync(join(WORKSPACE_ROOT, file), 'utf8'))
    .filter(({ language }) => language === 'ts')
    .map(({ text }, index) => ({ name: `${file}, snippet ${index + 1}`, text })),
);

const WRONG = "GuardsModule.forRoot({ issuer: 'https://auth.example.com', resourse: '' });";

describe('the TypeScript of the documents', { timeout: 120_000 }, () => {
  it('compiles, with the imports that it leaves out', () => {
    const faults = faultsOf([...snippets.map(({ text }) => text), WRONG]);

    // One that is wrong, to see that types are checked at all.
    expect(faults.pop()).toEqual([expect.stringContaining('resourse')]);
    const byName = snippets.map(({ name }, index) => [name, faults[index]]);
    expect(byName.filter(([, found]) => found?.length !== 0)).toEqual([]);
    expect(snippets.length).toBeGreaterThan(3);
  });
});
