import { invalidRequest } from './oauth-error.js';

const FORM_MEDIA_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const ENCODED = /[%+]/;
const UTF8 = new TextDecoder('utf-8', { fatal: true });
/** Only `resource` may come several times (RFC 8707 2). */
const REPEATABLE = new Set(['resource']);
// eslint-disable-next-line no-control-regex -- looking for control characters is the purpose
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

/** The parameters of a request to an OAuth endpoint (RFC 6749 3.2, appendix B). */
export class FormParameters {
  private constructor(private readonly values: ReadonlyMap<string, readonly string[]>) {}

  /**
   * Reads a form, more strictly than browsers do: what does not decode is refused, not guessed at.
   *
   * @throws OAuthError `invalid_request` if it is no form, malformed, or repeats a parameter.
   */
  static parse(body: unknown, mediaType: string | undefined): FormParameters {
    if (!FORM_MEDIA_TYPE.test(mediaType ?? '') || !Buffer.isBuffer(body)) {
      throw invalidRequest('The body must be application/x-www-form-urlencoded');
    }
    const values = new Map<string, string[]>();
    for (const pair of decodeText(body).split('&')) {
      if (pair === '') continue;
      const [name, value] = decodePair(pair);
      const earlier = values.get(name);
      if (earlier && !REPEATABLE.has(name)) throw invalidRequest('A parameter is repeated');
      if (earlier) earlier.push(value);
      else values.set(name, [value]);
    }
    return new FormParameters(values);
  }

  /** A parameter's value; one sent without a value counts as left out (RFC 6749 3.2). */
  get(name: string): string | undefined {
    return this.values.get(name)?.[0] || undefined;
  }

  /** All values of a parameter that may come several times. */
  all(name: string): readonly string[] {
    return (this.values.get(name) ?? []).filter((value) => value !== '');
  }
}

function decodeText(body: Buffer): string {
  try {
    return UTF8.decode(body);
  } catch {
    throw invalidRequest('The body is not UTF-8');
  }
}

function decodePair(pair: string): [name: string, value: string] {
  const end = pair.indexOf('=');
  const name = end < 0 ? pair : pair.slice(0, end);
  return [decodeFormText(name), decodeFormText(end < 0 ? '' : pair.slice(end + 1))];
}

/**
 * Decodes one form-encoded name or value (RFC 6749 appendix B).
 *
 * @throws OAuthError `invalid_request` for broken percent-encoding, broken UTF-8 and control characters.
 */
export function decodeFormText(text: string): string {
  let decoded: string;
  try {
    decoded = ENCODED.test(text) ? decodeURIComponent(text.replaceAll('+', ' ')) : text;
  } catch {
    throw invalidRequest('The body is not correctly percent-encoded');
  }
  if (CONTROL_CHARACTERS.test(decoded))
    throw invalidRequest('A parameter holds control characters');
  return decoded;
}
