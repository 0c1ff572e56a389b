import { factsView, runView } from './run-view.mjs';

/** @import { Run, Step } from '../flow/run.ts' */

const list = byId('runs');
const state = byId('state');
const waiting = byId('waiting');

/**
 * What is shown of each run, by its id: the element, and the steps in it.
 *
 * @type {Map<string, { view: HTMLElement, steps: string }>}
 */
const shown = new Map();
/** The first token of the worker is opened for the reader, to show that there is something to open. */
let hasOpenedToken = false;

const stream = new EventSource('/runs');
stream.addEventListener('open', () => tell('Live', 'live'));
stream.addEventListener('error', () => tell('Not connected; trying again …', 'lost'));
stream.addEventListener('message', ({ data }) => update(JSON.parse(data)));

/**
 * @param {{ runs: Run[], ids: string[] }} change the runs that are new or have changed, and the ids of all
 *   that there are, the oldest first.
 */
function update({ runs, ids }) {
  const all = new Set(ids);
  for (const [id, { view }] of shown) {
    if (all.has(id)) continue;
    view.remove();
    shown.delete(id);
  }
  for (const run of runs) show(run);
  waiting.hidden = shown.size > 0;
}

/** @param {Run} run */
function show(run) {
  const before = shown.get(run.id);
  const steps = JSON.stringify([run.title, run.steps]);
  // Most often nothing but a count has changed, which is to disturb no reader.
  if (before?.steps === steps) {
    before.view.querySelector('.facts')?.replaceWith(factsView(run));
    return;
  }
  const view = runView(run);
  if (before === undefined) list.prepend(view);
  else replace(before.view, view);
  shown.set(run.id, { view, steps });
  openFirstToken(run.steps, view);
}

/**
 * Puts a newer view in the place of an older one and leaves open what is open, and the focus where it is.
 *
 * @param {HTMLElement} before
 * @param {HTMLElement} view
 */
function replace(before, view) {
  const focused = document.activeElement?.closest('[data-step]')?.getAttribute('data-step');
  const hadFocus = before.contains(document.activeElement);
  for (const open of before.querySelectorAll('details[open]')) {
    detailsIn(view, open.getAttribute('data-step'))?.setAttribute('open', '');
  }
  before.replaceWith(view);
  if (hadFocus) detailsIn(view, focused)?.querySelector('summary')?.focus();
}

/**
 * @param {readonly Step[]} steps
 * @param {HTMLElement} view
 */
function openFirstToken(steps, view) {
  const token = steps.find(
    (step) => step.kind === 'call' && step.from && step.request.endsWith('/oauth2/token'),
  );
  if (hasOpenedToken || token === undefined) return;
  hasOpenedToken = true;
  detailsIn(view, token.id)?.setAttribute('open', '');
}

/**
 * @param {HTMLElement} view
 * @param {string | null | undefined} id
 */
function detailsIn(view, id) {
  return view.querySelector(`details[data-step="${id ?? ''}"]`);
}

/**
 * @param {string} text
 * @param {'live' | 'lost'} kind
 */
function tell(text, kind) {
  state.textContent = text;
  state.dataset['kind'] = kind;
}

/** @param {string} id */
function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}
