import { describe, expect, it } from 'vitest';
import { TestSurroundings } from '../fixtures/command-run.ts';
import { confirm } from './confirm.ts';

describe('confirm', () => {
  it.each(['y\n', 'YES\n', ' y \n'])('goes on after %j', async (input) => {
    const surroundings = new TestSurroundings({}, input).onTerminal();
    await confirm('Delete it?', surroundings);
    expect(surroundings.stderr.text).toBe('Delete it? [y/N] ');
    expect(surroundings.stdout.text).toBe('');
  });

  it.each(['n\n', '\n', 'yup\n', ''])('fails after %j', async (input) => {
    const surroundings = new TestSurroundings({}, input).onTerminal();
    await expect(confirm('Delete it?', surroundings)).rejects.toMatchObject({ exitCode: 1 });
  });

  it('asks nobody where there is no terminal', async () => {
    const surroundings = new TestSurroundings({}, 'n\n');
    await confirm('Delete it?', surroundings);
    expect(surroundings.stderr.text).toBe('');
  });
});
