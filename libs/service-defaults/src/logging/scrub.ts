const CREDENTIAL_NAMES =
  '(?:client_|api_)?secret|client_assertion|(?:access_|refresh_|registration_access_)?token|password|authorization|private_key';

/**
 * What a credential looks like in a line of JSON, and what a log shows in its place. No pattern asks for a
 * word boundary in front: in JSON a line break is `\\n`, whose letter would be part of the word. What a
 * credential begins with is kept, for it may be such a letter: `\\r` before `at_` looks like `rat_`, and
 * without its letter the line would not be JSON any more.
 *
 * No part of a pattern is both without limit and in need of something after it, or text full of beginnings
 * would take time with the square of its length. So the parts of a token that are long need no end.
 */
const CREDENTIALS: readonly [RegExp, string][] = [
  [
    /eyJ(?:[\w-]{256}[\w.-]*|[\w-]{1,255}\.(?:[\w-]{256}[\w.-]*|[\w-]{1,255}\.[\w-]*))/g,
    'eyJ[token]',
  ],
  [/cs_[\w-]{20,}/g, 'cs_[client secret]'],
  [/rat_[\w-]{20,}/g, 'rat_[registration access token]'],
  [/(Basic|Bearer|DPoP)\s+[\w~+/.-]{8,}=*/gi, '$1 [credentials]'],
  [new RegExp(`"(${CREDENTIAL_NAMES})":"(?:[^"\\\\]|\\\\.)*"`, 'gi'), '"$1":"[credentials]"'],
  [new RegExp(`\\b(${CREDENTIAL_NAMES})=[^&\\s"\\\\]+`, 'gi'), '$1=[credentials]'],
  [/:\/\/([^\s:/@"\\]*):[^\s/@"\\]+@/g, '://$1:[password]@'],
];

/**
 * Whether there may be any. Nearly every line is looked at by this one and by none of the others, so it must not
 * take for a credential what most lines hold: an address, or the name of a way to authenticate.
 */
const ANY_CREDENTIAL = new RegExp(
  [
    'eyJ|cs_|rat_',
    '(?:basic|bearer|dpop)\\s',
    '(?:secret|assertion|token|password|authorization|private_key)(?:=|":")',
    ':\\/\\/[^\\s/@"\\\\]*@',
  ].join('|'),
  'i',
);

/**
 * Cuts credentials out of a finished log line, whatever field or message they came in by. What was JSON
 * still is.
 *
 * This is the last line of defence: nothing is meant to log a credential in the first place.
 */
export function scrub(line: string): string {
  if (!ANY_CREDENTIAL.test(line)) return line;
  let clean = line;
  for (const [pattern, replacement] of CREDENTIALS) clean = clean.replace(pattern, replacement);
  return clean;
}
