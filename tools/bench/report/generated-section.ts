import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { BenchError } from '../bench-error.ts';

const GENERATED = /(<!-- generated -->\n).*(<!-- end of what is generated -->)/s;

/**
 * Puts text into a Markdown document, where there was such text before.
 *
 * @throws BenchError if the document has no place for it.
 */
export async function writeGeneratedSection(path: string, text: string): Promise<void> {
  const document = readFileSync(path, 'utf8');
  if (!GENERATED.test(document)) throw new BenchError(`${path} has no place for what is generated`);
  const written = document.replace(
    GENERATED,
    (_all, begin: string, end: string) => begin + text + end,
  );
  const style = await resolveConfig(path);
  writeFileSync(path, await format(written, { ...style, parser: 'markdown' }));
}
