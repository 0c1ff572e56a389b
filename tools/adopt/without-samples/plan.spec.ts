import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { repositoryFiles } from '../../docs/markdown.ts';
import { WORKSPACE_ROOT } from '../../workspace/root.ts';
import { AdoptionError } from '../adoption-error.ts';
import { readText } from '../copy.ts';
import { planRemoval } from './plan.ts';
import { serviceCalled } from './service.ts';

// Its names differ in every way of writing.
const service = serviceCalled('line-items-api');
const files = repositoryFiles('{**/*.*,.env.example,deploy/Dockerfile,.devcontainer/*}').filter(
  (file) => !file.startsWith('tools/adopt/') && !file.startsWith('apps/e2e/src/adopt'),
);
const read = (file: string) => readText(WORKSPACE_ROOT, file);

/** Where the sample is an example, or history. */
const EXAMPLES =
  /^(libs|apps\/auth-server|docs\/decisions|tools\/(packages|operator))\/|^(CHANGELOG|docs\/spring)\.md$/;

/** That of the whole is given by the adoption, whatever becomes of the sample. */
const TITLE = /^ {2}"description": .*$/m;

describe('the plan of a copy without its sample', () => {
  const { isRemoved, rewrite, added } = planRemoval(files, read, service);
  const kept = new Map(
    files
      .filter((file) => !isRemoved(file))
      .map((file) => [file, rewrite(file, read(file) ?? '')] as const),
  );
  const all = new Map([...kept, ...added]);

  it('removes the apps, the tools and the documents of the sample', () => {
    expect(isRemoved('apps/orders-api/src/main.ts')).toBe(true);
    expect(isRemoved('tools/chaos/main.ts')).toBe(true);
    expect(isRemoved('docs/decisions/0031-billing-by-jobs.md')).toBe(true);
    expect(isRemoved('apps/auth-server/src/main.ts')).toBe(false);
    expect(isRemoved('libs/guards/src/index.ts')).toBe(false);
  });

  it('leaves no name of the sample where it would be more than an example', () => {
    const named = [...all].filter(
      ([file, text]) =>
        !EXAMPLES.test(file) &&
        /orders-(api|contract)|billing|ORDERS_|\bcallOrders|order-entry/i.test(
          text.replace(TITLE, ''),
        ),
    );
    expect(named.map(([file]) => file)).toEqual([]);
  });

  it('leaves no gap in what is written anew', () => {
    for (const [file, text] of all) {
      if (!file.includes('/files/')) expect(text, file).not.toContain('<%=');
    }
    expect(added.get('apps/e2e/src/support/line-items.ts')).toContain('callLineItems');
  });

  // Names are replaced everywhere in these alone, also where they are parts of others.
  it('leaves end-to-end tests that can be read, whatever the name', { timeout: 60_000 }, () => {
    const faulty = [...all].filter(([file, text]) => {
      if (!/^apps\/e2e\/.*\.ts$/.test(file) || (kept.has(file) && text === read(file)))
        return false;
      const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true });
      return diagnostics?.length !== 0;
    });
    expect(faulty.map(([file]) => file)).toEqual([]);
  });

  it('leaves no use of what is no longer imported', { timeout: 60_000 }, () => {
    const faulty = [...kept].flatMap(([file, text]) => {
      const before = read(file) ?? '';
      if (!file.endsWith('.ts') || text === before) return [];
      const { used, imported } = namesIn(text);
      return [...namesIn(before).imported]
        .filter((name) => used.has(name) && !imported.has(name))
        .map((name) => `${name} in ${file}`);
    });
    expect(faulty).toEqual([]);
  });

  it('keeps a lock file of what is left', () => {
    const { packages } = JSON.parse(kept.get('package-lock.json') ?? '') as {
      packages: Record<string, object>;
    };
    expect(packages).toHaveProperty(['node_modules/@m2m/guards']);
    expect(packages).not.toHaveProperty(['node_modules/@m2m/orders-api']);
    expect(packages).not.toHaveProperty(['node_modules/pg-boss']);
    expect(packages['tools']).not.toHaveProperty(['devDependencies', 'pg-boss']);
  });

  it('is none if a place is not as it was', () => {
    const file = 'docker-compose.yml';
    const changed = (read(file) ?? '').replace('  demo-orders:\n    <<', '  demo:\n    <<');

    expect(() => rewrite(file, `${changed}x-audience: again\n`)).toThrow(AdoptionError);
  });
});

/** The names that a module imports, and those it uses, its imports aside. */
function namesIn(text: string) {
  const imported = new Set<string>();
  const used = new Set<string>();
  const visit = (node: ts.Node, names: Set<string>): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, (child) =>
      visit(child, ts.isImportDeclaration(child) ? imported : names),
    );
  };
  visit(ts.createSourceFile('module.ts', text, ts.ScriptTarget.Latest), used);
  return { imported, used };
}
