import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { WORKSPACE_ROOT } from '../workspace/root.ts';

/** Reads a file of the repository. @param path from its root. */
export function readText(path: string): string {
  return readFileSync(join(WORKSPACE_ROOT, path), 'utf8');
}

/** Reads a YAML or JSON file of the repository. The caller says of what shape it is; the tests find out. */
export function readYaml(path: string): unknown {
  return parse(readText(path), { merge: true }) as unknown;
}
