/** What a credential looks like, and what a log shows in its place. */
const CREDENTIALS: readonly [RegExp, string][] = [
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[token]'],
  [/\bcs_[\w-]{20,}/g, '[client secret]'],
  [/\b(Basic|Bearer|DPoP)\s+[\w~+/.-]{8,}=*/gi, '$1 [credentials]'],
  [/\b(client_secret|client_assertion|access_token)=[^&\s"\\]+/gi, '$1=[credentials]'],
  [/:\/\/([^\s:/@"\\]*):[^\s/@"\\]+@/g, '://$1:[password]@'],
];

const ANY_CREDENTIAL = /eyJ|cs_|basic |bearer |dpop |_secret=|_assertion=|_token=|:\/\//i;

/**
 * Cuts credentials out of a finished log line, whatever field or message they came in by.
 *
 * This is the last line of defence: nothing is meant to log a credential in the first place.
 */
export function scrub(line: string): string {
  if (!ANY_CREDENTIAL.test(line)) return line;
  let clean = line;
  for (const [pattern, replacement] of CREDENTIALS) clean = clean.replace(pattern, replacement);
  return clean;
}
