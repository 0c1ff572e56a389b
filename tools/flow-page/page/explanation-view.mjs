import { element, styled } from './elements.mjs';

/** @import { Explanation, Field } from '../flow/run.ts' */

const RFC = /^RFC (\d+)(?:, ([\d.]+))?$/;

/**
 * What there is to know of a step.
 *
 * @param {readonly Explanation[]} explanations
 */
export function explanationsView(explanations) {
  return styled('div', 'explanations', ...explanations.map(explanationView));
}

/** @param {Explanation} explanation */
function explanationView({ title, source, fields }) {
  const heading = element('h3', {}, [title, ...sourceView(source)]);
  return element('section', { class: 'explanation' }, [
    heading,
    element('dl', {}, fields.map(fieldView)),
  ]);
}

/** @param {Field} field */
function fieldView({ name, value, meaning, source }) {
  const note = meaning === undefined ? [] : [`${meaning} `];
  return element('div', {}, [
    element('dt', {}, [name]),
    element('dd', { class: 'value' }, [value]),
    element('dd', { class: 'note' }, [...note, ...sourceView(source)]),
  ]);
}

/**
 * A link to the section of a standard. It is only followed by whoever clicks on it.
 *
 * @param {string | undefined} source
 * @returns {HTMLElement[]}
 */
export function sourceView(source) {
  const [, number, section] = RFC.exec(source ?? '') ?? [];
  if (source === undefined) return [];
  if (number === undefined) return [styled('span', 'source', source)];
  const anchor = section === undefined ? '' : `#section-${section}`;
  const href = `https://www.rfc-editor.org/rfc/rfc${number}${anchor}`;
  return [element('a', { class: 'source', href, target: '_blank', rel: 'noreferrer' }, [source])];
}
