import { element, styled } from './elements.mjs';
import { explanationsView, sourceView } from './explanation-view.mjs';
import { milliseconds } from './times.mjs';

/** @import { Alike, Call, Problem, Step, Work } from '../flow/run.ts' */

/** In the order of their lifelines. */
const PARTIES = ['billing-worker', 'auth-server', 'orders-api'];

/**
 * Steps, one below the other.
 *
 * @param {readonly Step[]} steps
 * @returns {HTMLOListElement}
 */
export function stepsView(steps) {
  return element(
    'ol',
    { class: 'steps' },
    steps.map((step) => (step.kind === 'call' ? callView(step) : workView(step))),
  );
}

/** @param {Call} call */
function callView(call) {
  const { id, problem, explanations } = call;
  const { summary, after } = wiresOf(call);
  const className = problem ? 'call has-problem' : 'call';
  return element('li', { class: className, 'data-wire': wireOf(call) }, [
    element('details', { 'data-step': id }, [
      element('summary', { class: 'wires' }, summary),
      explanationsView(explanations),
    ]),
    ...after,
    ...(problem ? [problemView(problem)] : []),
  ]);
}

/**
 * The two arrows of a call: both in its summary, unless the called one called others before it answered.
 *
 * @param {Call} call
 */
function wiresOf(call) {
  const parties = `${partiesOf(call)}: `;
  const request = [
    ...(hasOutsider(call) ? [] : [styled('span', 'visually-hidden', parties)]),
    styled('span', 'offset', `+${milliseconds(call.offsetMs)}`),
    styled(
      'span',
      'label',
      ...(hasOutsider(call) ? [styled('span', 'text', parties)] : []),
      styled('span', 'text', call.request, ...alikeView(call.alike)),
    ),
    styled('span', `line request to-${directionOf(call)}`),
  ];
  const answer = answerView(call);
  if (call.steps.length === 0) return { summary: [...request, ...answer], after: [] };
  return { summary: request, after: [stepsView(call.steps), styled('div', 'wires', ...answer)] };
}

/** @param {Call} call */
function answerView(call) {
  const took = styled('small', 'took', milliseconds(call.durationMs));
  const direction = directionOf(call) === 'right' ? 'left' : 'right';
  return [
    styled('span', 'label of-answer', styled('span', 'text', `${call.answer} `, took)),
    styled('span', `line answer to-${direction}`),
  ];
}

/**
 * @param {Alike | undefined} alike
 * @returns {HTMLElement[]}
 */
function alikeView(alike) {
  if (alike === undefined) return [];
  const { count, fastestMs, slowestMs } = alike;
  const times = `${milliseconds(fastestMs)} to ${milliseconds(slowestMs)}`;
  return [styled('small', 'alike', ` and ${count} more like it, ${times}`)];
}

/** @param {Problem} problem */
function problemView({ code, meaning, source }) {
  return styled(
    'p',
    'problem',
    element('strong', {}, [code]),
    ` ${meaning} `,
    ...sourceView(source),
  );
}

/** @param {Work} work */
function workView({ id, at, durationMs, offsetMs, explanations }) {
  const summary = element('summary', { class: 'wires' }, [
    styled('span', 'visually-hidden', `${at}: `),
    styled('span', 'offset', `+${milliseconds(offsetMs)}`),
    styled('span', 'work', 'its database ', styled('small', 'took', milliseconds(durationMs))),
  ]);
  return element('li', { class: 'own', 'data-party': String(PARTIES.indexOf(at)) }, [
    element('details', { 'data-step': id }, [summary, explanationsView(explanations)]),
  ]);
}

/** @param {Call} call */
function partiesOf({ from, to, stranger = 'somebody' }) {
  return `${from ?? stranger} calls ${to ?? stranger}`;
}

/**
 * Whether a service without a lifeline has a part in it, such as one that a team has added. It is named, then.
 *
 * @param {Call} call
 */
function hasOutsider({ from, to }) {
  return [from, to].some((party) => party !== undefined && !PARTIES.includes(party));
}

/**
 * Between which lifelines a call goes, such as `0-1`; `to-2` or `from-2` where one end has none, `none` where
 * neither has.
 *
 * @param {Call} call
 */
function wireOf({ from = '', to = '' }) {
  const [start, end] = [PARTIES.indexOf(from), PARTIES.indexOf(to)];
  if (start < 0) return end < 0 ? 'none' : `to-${end}`;
  return end < 0 ? `from-${start}` : `${start}-${end}`;
}

/**
 * Where the request goes.
 *
 * @param {Call} call
 * @returns {'left' | 'right'}
 */
function directionOf({ from = '', to = '' }) {
  const end = PARTIES.indexOf(to);
  return end >= 0 && PARTIES.indexOf(from) > end ? 'left' : 'right';
}
