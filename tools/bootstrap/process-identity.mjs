import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/**
 * What tells a process from a later one that was given the same id.
 *
 * @typedef {object} ProcessIdentity
 * @property {number} pid
 * @property {string} startedAt in the system's own notation; only ever compared
 */

const HAS_PROC = existsSync('/proc/self/stat');

/**
 * The identity of a running process, or undefined if there is none with that id. A zombie counts as
 * gone: it holds nothing any more but its entry in the table.
 *
 * @param {number} pid
 * @returns {ProcessIdentity | undefined}
 */
export function identifyProcess(pid) {
  return HAS_PROC ? fromProc(pid) : fromPs(pid);
}

/**
 * Whether the very process that this identity was taken from is still running.
 *
 * @param {ProcessIdentity} identity
 */
export function isSameProcessRunning(identity) {
  return identifyProcess(identity.pid)?.startedAt === identity.startedAt;
}

/**
 * The command line of a running process, its arguments joined by single spaces.
 *
 * @param {number} pid
 * @returns {string | undefined}
 */
export function commandLineOf(pid) {
  if (identifyProcess(pid) === undefined) return undefined;
  if (!HAS_PROC) return ps(pid, 'command=');
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function fromProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startedAt] = [fields[0], fields[19]];
    if (state === 'Z' || startedAt === undefined) return undefined;
    return { pid, startedAt };
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function fromPs(pid) {
  const state = ps(pid, 'stat=');
  const startedAt = ps(pid, 'lstart=');
  if (state === undefined || startedAt === undefined || state.startsWith('Z')) return undefined;
  return { pid, startedAt };
}

/**
 * @param {number} pid
 * @param {string} column
 * @returns {string | undefined}
 */
function ps(pid, column) {
  try {
    const output = execFileSync('ps', ['-o', column, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.trim() || undefined;
  } catch {
    return undefined;
  }
}
