import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import type { AppName } from './apps.ts';
import { LocalSystemError } from './local-system-error.ts';

/**
 * How Node.js runs the apps, here and in their images. V8 lets garbage grow with the memory of the machine, and may
 * take what is made for each request for something that lives long (see decision record 0037).
 */
export const NODE_FLAGS: readonly string[] = [
  '--max-semi-space-size=8',
  '--heap-growing-percent=50',
  '--no-allocation-site-pretenuring',
];

/**
 * Where Node.js keeps compiled code, which makes the next start a third faster: of all systems that are started from
 * here, for the code is the same.
 */
export const COMPILE_CACHE = join(WORKSPACE_ROOT, 'node_modules/.cache/compiled-code');

/** A built program of an app; fails if it was not built. */
export function builtProgram(app: AppName, file: string): string {
  const path = join(WORKSPACE_ROOT, 'apps', app, 'dist', file);
  if (existsSync(path)) return path;
  throw new LocalSystemError(`${app} is not built (no dist/${file}): npm run build`);
}
