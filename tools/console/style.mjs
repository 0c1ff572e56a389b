// As a whole: a Node.js without `styleText` is to get as far as being told that it is too old.
import * as util from 'node:util';

/**
 * Whether colours and a rewritten line suit this stream: only a terminal, and only if its user has
 * not said no (https://no-color.org).
 *
 * @param {{ isTTY?: boolean }} stream
 * @param {Record<string, string | undefined>} [environment]
 */
function wantsColour(stream, environment = process.env) {
  return stream.isTTY === true && !environment['NO_COLOR'];
}

/**
 * A function that styles text for the stream, or leaves it alone where colour is not wanted.
 *
 * @param {{ isTTY?: boolean }} stream
 * @param {Record<string, string | undefined>} [environment]
 * @returns {(format: 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold', text: string) => string}
 */
export function styler(stream, environment = process.env) {
  if (!wantsColour(stream, environment)) return (_format, text) => text;
  return (format, text) => util.styleText(format, text, { validateStream: false });
}
