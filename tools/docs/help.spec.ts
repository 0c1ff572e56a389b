import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace/root.ts';

const { scripts } = JSON.parse(readFileSync(join(WORKSPACE_ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** Those that are programs of this repository, with what npm runs for each. */
const programs = Object.entries(scripts)
  .filter(([, command]) => command.startsWith('exec node tools/'))
  .map(([name, command]) => ({ name, command }));

describe('--help', () => {
  it.each(programs)('of $name tells how to use it, and does nothing', ({ name, command }) => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', `${command} --help`], {
      cwd: WORKSPACE_ROOT,
      encoding: 'utf8',
    });

    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: npm (run )?${name}\\b.*\\n\\n\\S`));
  });
});
