import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import type { Consumer } from './consumer.ts';

/** The tests that every package has to pass. */
export function packageContract(
  consumer: () => Consumer,
  { lib, exports }: { lib: string; exports: readonly string[] },
): void {
  it('holds its code with types, maps and sources, and nothing of its tests and its build', async () => {
    const files = await consumer().packedFiles();
    const modules = files.flatMap((file) => /^src\/(.+)\.ts$/.exec(file)?.[1] ?? []);

    expect(modules).toContain('index');
    expect(modules.filter((module) => module.endsWith('.spec'))).toEqual([]);
    expect(files.toSorted()).toEqual(
      [
        ...['LICENSE', 'README.md', 'package.json'],
        ...modules.map((module) => `src/${module}.ts`),
        ...['js', 'js.map', 'd.ts', 'd.ts.map'].flatMap((type) =>
          modules.map((module) => `dist/${module}.${type}`),
        ),
      ].toSorted(),
    );
  });

  it('has maps that lead to its sources', async () => {
    const files = await consumer().packedFiles();
    for (const file of files.filter((name) => name.endsWith('.map'))) {
      const { sources } = JSON.parse(await consumer().readPacked(file)) as { sources: string[] };
      expect(files).toEqual(
        expect.arrayContaining(sources.map((source) => join(dirname(file), source))),
      );
    }
  });

  it('brings or asks for all that it needs', () => consumer().checkPeers());

  it('exports these names and no others', () => {
    expect(consumer().exportedNames().toSorted()).toEqual(exports.toSorted());
  });

  it('can be required by a CommonJS module', async () => {
    const script = `process.stdout.write(typeof require('@m2m/${lib}'))`;
    expect(await consumer().evaluate(script)).toBe('object');
  });
}
