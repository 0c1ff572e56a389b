import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import type { AppName } from './apps.ts';
import { LocalSystemError } from './local-system-error.ts';

/**
 * How Node.js runs the apps. V8 lets garbage grow with the memory of the machine: to several times of what an app
 * needs, and to no use. So its space for new objects is bounded, and old objects are collected when there are half
 * as many again as were in use the last time.
 */
export const NODE_FLAGS: readonly string[] = [
  '--max-semi-space-size=8',
  '--heap-growing-percent=50',
];

/** A built program of an app; fails if it was not built. */
export function builtProgram(app: AppName, file: string): string {
  const path = join(WORKSPACE_ROOT, 'apps', app, 'dist', file);
  if (existsSync(path)) return path;
  throw new LocalSystemError(`${app} is not built (no dist/${file}): npm run build`);
}
