import { ORIGINAL } from './adoption.ts';
import type { Adoption } from './adoption.ts';

/** Longer words that begin with one of these, such as `m2m_revocation_feed_endpoint`, are other names. */
const NAMES = /@m2m\b|\bm2m\b|\bM2M_/g;

const LOCK_FILE = /(^|\/)package-lock\.json$/;

/** Puts the scope of the packages, the name of the whole and the prefix of its variables in the place of ours. */
export function rename(file: string, text: string, adoption: Adoption): string {
  // It holds digests, in which the same letters mean nothing.
  if (LOCK_FILE.test(file)) return renameInLockFile(text, adoption.scope);
  const replacements: Readonly<Record<string, string>> = {
    [ORIGINAL.scope]: adoption.scope,
    [ORIGINAL.name]: adoption.name,
    M2M_: variablePrefix(adoption),
  };
  return text.replace(NAMES, (name) => replacements[name] ?? name);
}

/** What the names of environment variables begin with. */
export function variablePrefix({ name }: Adoption): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_`;
}

/** In the order that npm keeps, so that its next change of the file is no larger than what it changes. */
function renameInLockFile(text: string, scope: string): string {
  const renamed = text
    .replaceAll(`"${ORIGINAL.scope}/`, `"${scope}/`)
    .replaceAll(`"node_modules/${ORIGINAL.scope}/`, `"node_modules/${scope}/`);
  return renamed === text ? text : `${JSON.stringify(JSON.parse(renamed, sorted), null, 2)}\n`;
}

const SORTED_MEMBERS = new Set(['packages', 'dependencies', 'devDependencies', 'peerDependencies']);

function sorted(member: string, value: unknown): unknown {
  if (!SORTED_MEMBERS.has(member) || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([one], [other]) => one.localeCompare(other, 'en'));
  return Object.fromEntries(entries);
}
