import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { NODE_FLAGS } from './built-program.ts';

it('has the flags of Node.js that the images have', () => {
  const dockerfile = readFileSync(join(WORKSPACE_ROOT, 'deploy/Dockerfile'), 'utf8');

  const entryPoint = `ENTRYPOINT ${JSON.stringify(['node', ...NODE_FLAGS]).replaceAll(',', ', ')}\n`;
  expect(dockerfile).toContain(entryPoint);
});
