import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import type { AppName } from './apps.ts';
import { LocalSystemError } from './local-system-error.ts';

/**
 * How Node.js runs the apps. Left to itself it makes its space for new objects as large as the machine allows, which
 * on a developer's is more than all that an app needs. In a container the limit there sees to that.
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=8'];

/** A built program of an app; fails if it was not built. */
export function builtProgram(app: AppName, file: string): string {
  const path = join(WORKSPACE_ROOT, 'apps', app, 'dist', file);
  if (existsSync(path)) return path;
  throw new LocalSystemError(`${app} is not built (no dist/${file}): npm run build`);
}
