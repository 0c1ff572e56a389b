import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AppName } from './apps.ts';
import { LocalSystemError } from './local-system-error.ts';

/** The directory of the repository. */
export const WORKSPACE_ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A built program of an app; fails if it was not built. */
export function builtProgram(app: AppName, file: string): string {
  const path = join(WORKSPACE_ROOT, 'apps', app, 'dist', file);
  if (existsSync(path)) return path;
  throw new LocalSystemError(`${app} is not built (no dist/${file}): npm run build`);
}
