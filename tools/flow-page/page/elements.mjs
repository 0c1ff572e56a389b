/**
 * Makes an element. Text goes in as text: nothing that came in is ever markup.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Readonly<Record<string, string>>} [attributes]
 * @param {readonly (Node | string)[]} [children]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, children = []) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * An element with a class and what is in it.
 *
 * @param {'span' | 'div' | 'p' | 'strong' | 'small'} tag
 * @param {string} name
 * @param {...(Node | string)} children
 */
export function styled(tag, name, ...children) {
  return element(tag, { class: name }, children);
}
