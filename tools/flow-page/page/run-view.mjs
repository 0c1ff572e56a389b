import { element, styled } from './elements.mjs';
import { stepsView } from './step-view.mjs';
import { clock, milliseconds } from './times.mjs';

/** @import { Run } from '../flow/run.ts' */

/**
 * A run: what happened, when, and how it ended.
 *
 * @param {Run} run
 */
export function runView(run) {
  const titleId = `run-${run.id}`;
  return element('section', { class: 'run', 'aria-labelledby': titleId, 'data-run': run.id }, [
    element('h2', { id: titleId }, [run.title]),
    factsView(run),
    stepsView(run.steps),
  ]);
}

/**
 * When a run was and how it ended, in a line.
 *
 * @param {Run} run
 */
export function factsView({ startedAt, durationMs, failure, repeats, lastAt, isCut }) {
  const started = element('time', { datetime: new Date(startedAt).toISOString() }, [
    clock(startedAt),
  ]);
  const times = repeats === 1 ? 'once' : `${repeats} times`;
  return styled(
    'p',
    'facts',
    started,
    ` · ${milliseconds(durationMs)}`,
    ...(failure === undefined ? [] : [' · ', styled('strong', 'failure', `failed: ${failure}`)]),
    ...(isCut ? [' · only a part of it is shown'] : []),
    ...(repeats === 0 ? [] : [` · the same again ${times}, last at ${clock(lastAt)}`]),
  );
}
