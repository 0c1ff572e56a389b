import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace/root.ts';

/**
 * The program that a lib's README shows as its example: the block of TypeScript that names its file.
 *
 * @param replacements what stands in it for the world, and what takes its place in a test.
 */
export async function readmeExample(
  lib: string,
  replacements: Readonly<Record<string, string>>,
): Promise<string> {
  const readme = await readFile(join(WORKSPACE_ROOT, 'libs', lib, 'README.md'), 'utf8');
  const example = /^```ts file=main\.ts\n(.*?)^```$/ms.exec(readme)?.[1];
  if (example === undefined) throw new Error(`the README of ${lib} has no example`);
  return Object.entries(replacements).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the example of ${lib} has no ${from}`);
    return text.replaceAll(from, to);
  }, example);
}
