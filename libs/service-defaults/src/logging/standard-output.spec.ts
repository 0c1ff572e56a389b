import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';

const MODULE = JSON.stringify(new URL('./standard-output.ts', import.meta.url).href);
/** More than a pipe holds. */
const LINES = 20_000;

describe('standardOutput', () => {
  let child: ChildProcess | undefined;

  afterEach(() => child?.kill('SIGKILL'));

  function run(program: string) {
    const source = `import { standardOutput } from ${MODULE};\n${program}`;
    const started = spawn(
      process.execPath,
      ['--no-warnings', '--input-type=module', '-e', source],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    child = started;
    return started;
  }

  it('loses nothing where the reader is slow, and the pipe answers that it is full', async () => {
    // That Node.js looks at it is what makes it one that does not wait by itself.
    const { stdout } = run(`process.stdout.isTTY;
      for (let n = 0; n < ${LINES}; n++) standardOutput.write('line ' + n + ' ' + 'ä'.repeat(40) + '\\n');`);
    await sleep(500);

    const lines = (await text(stdout)).trimEnd().split('\n');

    expect(lines).toHaveLength(LINES);
    expect(lines.every((line, n) => line === `line ${n} ${'ä'.repeat(40)}`)).toBe(true);
  });

  it('has written a line before anything else happens, be it the end of the process', async () => {
    const { stdout } = run(
      `standardOutput.write('last words\\n'); process.kill(process.pid, 'SIGKILL');`,
    );

    expect(await text(stdout)).toBe('last words\n');
  });

  it('lets the process go on when nobody reads any more', async () => {
    const started = run(`setInterval(() => standardOutput.write('line\\n'), 1);
      setTimeout(() => process.exit(7), 500);`);
    await once(started.stdout, 'data');
    started.stdout.destroy();

    expect(await once(started, 'exit')).toEqual([7, null]);
  });
});
