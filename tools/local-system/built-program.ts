import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import type { AppName } from './apps.ts';
import { LocalSystemError } from './local-system-error.ts';

/** A built program of an app; fails if it was not built. */
export function builtProgram(app: AppName, file: string): string {
  const path = join(WORKSPACE_ROOT, 'apps', app, 'dist', file);
  if (existsSync(path)) return path;
  throw new LocalSystemError(`${app} is not built (no dist/${file}): npm run build`);
}
