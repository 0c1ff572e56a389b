import { createInterface } from 'node:readline';
import { ExitCode } from './exit-code.ts';
import { failure } from './operator-failure.ts';
import { isInteractive } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

/**
 * Asks whether to go on, on stderr, and fails unless the answer is yes. Where nobody can answer it goes on:
 * whoever wrote the script has decided.
 */
export async function confirm(question: string, surroundings: Surroundings): Promise<void> {
  if (!isInteractive(surroundings)) return;
  const answer = await ask(`${question} [y/N] `, surroundings);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw failure(ExitCode.refused, 'not_confirmed', 'nothing was changed');
}

/** The answer; an empty one if there is none, by Ctrl-D. */
function ask(question: string, { stdin, stderr }: Surroundings): Promise<string> {
  stderr.write(question);
  const lines = createInterface({ input: stdin });
  let answer: string | undefined;
  lines.once('line', (line) => {
    answer = line;
    lines.close();
  });
  return new Promise((resolve) => {
    lines.once('close', () => {
      if (answer === undefined) stderr.write('\n');
      resolve(answer ?? '');
    });
  });
}
