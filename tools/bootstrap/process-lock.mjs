import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identifyProcess, isSameProcessRunning } from './process-identity.mjs';

/**
 * @typedef {import('./process-identity.mjs').ProcessIdentity} ProcessIdentity
 * @typedef {ProcessIdentity & { releasing?: boolean }} LockHolder
 *
 * @typedef {object} ProcessLock
 * @property {() => void} announceRelease tells others that waiting for the lock is worth it
 * @property {(pid: number) => void} handOver lets the lock last as long as that process does
 * @property {() => void} release
 */

/**
 * Takes a lock that belongs to this process, or says which running process has it. A lock whose
 * process has died is taken over.
 *
 * @param {string} path
 * @param {{ self?: ProcessIdentity, isRunning?: (holder: ProcessIdentity) => boolean }} [options]
 * @returns {{ lock: ProcessLock, holder?: undefined } | { lock?: undefined, holder: LockHolder }}
 */
export function tryProcessLock(path, options = {}) {
  const self = options.self ?? ownIdentity();
  const isRunning = options.isRunning ?? isSameProcessRunning;
  const claim = `${path}.${self.pid}`;
  // Linked into place rather than written there, so that nobody ever reads half a lock.
  writeFileSync(claim, JSON.stringify(self), { mode: 0o600 });
  try {
    for (;;) {
      if (linkUnlessTaken(claim, path)) return { lock: lockAt(path, self) };
      const holder = readHolder(path);
      if (holder !== undefined && isRunning(holder)) return { holder };
      removeStale(path, holder, self);
    }
  } finally {
    rmSync(claim, { force: true });
  }
}

/** @returns {ProcessIdentity} */
function ownIdentity() {
  return identifyProcess(process.pid) ?? { pid: process.pid, startedAt: 'unknown' };
}

/**
 * @param {string} path
 * @param {ProcessIdentity} self
 * @returns {ProcessLock}
 */
function lockAt(path, self) {
  let holder = self;
  return {
    announceRelease: () => replaceHolder(path, { ...holder, releasing: true }),
    handOver(pid) {
      holder = identifyProcess(pid) ?? holder;
      replaceHolder(path, holder);
    },
    release() {
      if (readHolder(path)?.startedAt === holder.startedAt) rmSync(path, { force: true });
    },
  };
}

/**
 * @param {string} path
 * @param {LockHolder} holder
 */
function replaceHolder(path, holder) {
  const next = `${path}.${process.pid}`;
  try {
    writeFileSync(next, JSON.stringify(holder), { mode: 0o600 });
    renameSync(next, path);
  } catch {
    // On a full disk, say. The lock still holds, if with less to tell.
    rmSync(next, { force: true });
  }
}

/**
 * @param {string} claim
 * @param {string} path
 */
function linkUnlessTaken(claim, path) {
  try {
    linkSync(claim, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Another process may find the same stale lock at the same moment and replace it first. So it is
 * moved aside, looked at again, and put back if it turns out to be that other's new lock.
 *
 * @param {string} path
 * @param {LockHolder | undefined} stale
 * @param {ProcessIdentity} self
 */
function removeStale(path, stale, self) {
  const aside = `${path}.stale.${self.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const removed = readHolder(aside);
  if (removed?.pid !== stale?.pid || removed?.startedAt !== stale?.startedAt) {
    linkUnlessTaken(aside, path);
  }
  rmSync(aside, { force: true });
}

/**
 * @param {string} path
 * @returns {LockHolder | undefined}
 */
function readHolder(path) {
  try {
    /** @type {unknown} */
    const holder = JSON.parse(readFileSync(path, 'utf8'));
    return isHolder(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} value
 * @returns {value is LockHolder}
 */
function isHolder(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isInteger(value.pid) &&
    'startedAt' in value &&
    typeof value.startedAt === 'string'
  );
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
