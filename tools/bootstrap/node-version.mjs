/**
 * Whether a Node.js version satisfies a range of the form `>=20.19.0`, as in package.json's engines.
 *
 * @param {string} version
 * @param {string} range
 */
export function satisfiesMinimum(version, range) {
  const actual = version.replace(/^v/, '').split('.').map(Number);
  const minimum = range.replace('>=', '').trim().split('.').map(Number);
  for (const [index, wanted] of minimum.entries()) {
    const given = actual[index] ?? 0;
    if (given !== wanted) return given > wanted;
  }
  return true;
}
