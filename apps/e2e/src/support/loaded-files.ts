import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from './processes.js';

/** Learns which packages a program loads, which has to be started with `environment`. */
export class LoadedFiles {
  private readonly file = join(tmpdir(), `m2m-loaded-${randomUUID()}`);

  readonly environment: Environment = {
    NODE_OPTIONS: `--import=${new URL('list-loaded-files.mjs', import.meta.url).href}`,
    LOADED_FILES: this.file,
  };

  /** The names of the packages of a scope, such as `@nestjs`, that were loaded. To be asked once. */
  packagesOf(scope: string): string[] {
    const files = readFileSync(this.file, 'utf8');
    rmSync(this.file);
    const names = Array.from(files.matchAll(/\/(@[\w-]+)\/([\w-]+)\//g));
    return [...new Set(names.flatMap(([, of, name = '']) => (of === scope ? name : [])))].sort();
  }
}
