import { describe, expect, it } from 'vitest';
import { repositoryFiles } from '../docs/markdown.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { AdoptionError } from './adoption-error.ts';
import { readText } from './copy.ts';
import { planAdoption } from './plan.ts';

const adoption = {
  scope: '@acme',
  name: 'acme-platform',
  title: 'Acme',
  ports: { 'auth-server': 4000, 'orders-api': 4001, 'billing-worker': 4002 },
  issuer: 'https://auth.acme.example',
  ordersApiUrl: 'https://orders.acme.example',
  licenceHolder: 'Acme Ltd',
  service: undefined,
};
const origin = { version: '1.2.3', tree: 'a4f1', today: new Date('2026-02-03T04:05:06Z') };
const files = repositoryFiles('**/*.*');
const read = (file: string) => readText(WORKSPACE_ROOT, file);
const plan = (readFile = read) => planAdoption(files, readFile, adoption, origin);

describe('the plan of an adoption of this repository', () => {
  const changes = plan();
  const textOf = (file: string) => changes.find((change) => change.file === file)?.text ?? '';

  it('leaves none of our names', () => {
    const left = changes.filter(({ text }) => /\bm2m\b|\bM2M_/.test(text ?? ''));
    expect(left.map(({ file }) => file)).toEqual(['docs/adopted-from.md']);
  });

  it('says what it does to a file', () => {
    expect(changes).toContainEqual(
      expect.objectContaining({ file: 'README.md', what: ['adoption', 'ports', 'title'] }),
    );
  });

  it('removes itself, and what is said of it', () => {
    const removed = changes.filter(({ text }) => text === undefined).map(({ file }) => file);
    expect(removed).toContain('tools/adopt/main.ts');
    expect(removed).toContain('apps/e2e/src/adopt.e2e.spec.ts');
    expect(removed).toContain('apps/e2e/src/adopt-without-samples.e2e.spec.ts');
    expect(removed).toContain('docs/decisions/0036-adoption.md');
    for (const { file, text } of changes)
      expect(text ?? '', file).not.toMatch(/npm run adopt|0036-adoption/);
  });

  it('begins the changelog with the version that was adopted', () => {
    expect(textOf('CHANGELOG.md')).toContain('version 1.2.3');
    expect(textOf('docs/adopted-from.md')).toMatch(/version 1\.2\.3, on 2026-02-03.*`a4f1`/);
  });

  it('keeps our notice beside that of the holder, as the licence asks', () => {
    const licence = planAdoption(['LICENSE', 'package.json'], read, adoption, origin).find(
      ({ file }) => file === 'LICENSE',
    );
    expect(licence?.text).toMatch(
      /\n\nCopyright \(c\) 2026 Acme Ltd\nCopyright \(c\) 2026 the maintainers\n\nPermission/,
    );
  });

  it('is none if a place is not as it was', () => {
    const changed = (file: string) =>
      file === 'README.md' ? read(file)?.replace('## Make it yours', '## Yours') : read(file);

    expect(() => plan(changed)).toThrow(AdoptionError);
    expect(() => plan(changed)).toThrow('README.md is not as it was');
  });

  it('is none for a copy that has been adopted', () => {
    const adopted = (file: string) => read(file)?.replaceAll('@m2m', '@acme');

    expect(() => plan(adopted)).toThrow('has been adopted already');
  });
});
