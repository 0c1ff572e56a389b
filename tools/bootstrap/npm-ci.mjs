import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { BootstrapError } from './bootstrap-error.mjs';

/** Of an unknown cause the end is shown, of a known one the beginning, which names it. */
const TAIL_LINES = 20;
const KNOWN_LINES = 4;
const KEPT_OUTPUT = 64 * 1024;

/** What npm's output says about the cause, in the words of somebody who has to mend it. */
const KNOWN_CAUSES = [
  { pattern: /ENOSPC|no space left/i, cause: 'the disk is full' },
  { pattern: /EDQUOT/, cause: 'the disk quota is used up' },
  { pattern: /EROFS/, cause: 'the file system is read-only' },
  {
    pattern: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH/,
    cause: 'the npm registry cannot be reached',
  },
  { pattern: /EACCES|EPERM/, cause: 'npm may not write here' },
  { pattern: /EUSAGE/, cause: 'package-lock.json does not match package.json' },
];

/**
 * Installs exactly what package-lock.json names. npm's own output is kept back and shown only if
 * the installation fails.
 *
 * @param {string} root
 * @param {(pid: number) => void} onStarted
 * @param {AbortSignal} interruption
 * @returns {Promise<void>}
 */
export function npmCi(root, onStarted, interruption) {
  // Whatever NODE_ENV says, the tools that build and run this workspace are development dependencies.
  const args = [
    'ci',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--no-progress',
    '--loglevel=error',
  ];
  const npm = spawn('npm', args, {
    cwd: root,
    env: environmentFor(root),
    // A group of its own, so that the scripts it runs end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = npm;
  if (pid !== undefined) {
    onStarted(pid);
    interruption.addEventListener('abort', () => killGroup(pid));
  }
  const output = keepTail(npm);
  return new Promise((resolve, reject) => {
    npm.on('error', (error) => reject(new BootstrapError(spawnFailure(error))));
    npm.on('close', (code) => {
      if (interruption.aborted) reject(new BootstrapError('installation interrupted'));
      else if (code === 0) resolve();
      else reject(new BootstrapError(describeFailure(output())));
    });
  });
}

/**
 * An installation that was broken off is made anew from nothing, so npm need not tidy up, which can
 * take it half a minute.
 *
 * @param {number} leader
 */
function killGroup(leader) {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/**
 * npm empties node_modules, and with it the pinned Node.js that `npm start` has put first on the
 * path: npm itself has to run on the machine's own.
 *
 * @param {string} root
 */
function environmentFor(root) {
  const pinned = join(root, 'node_modules', '.bin');
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => entry !== pinned);
  return { ...process.env, PATH: path.join(delimiter) };
}

/** @param {import('node:child_process').ChildProcess} child */
function keepTail(child) {
  let kept = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (chunk) => (kept = `${kept}${chunk}`.slice(-KEPT_OUTPUT)));
  }
  return () => kept;
}

/** @param {Error} error */
function spawnFailure(error) {
  return 'code' in error && error.code === 'ENOENT'
    ? 'npm was not found on the path; it comes with Node.js (https://nodejs.org)'
    : `npm could not be run: ${error.message}`;
}

/** @param {string} output */
function describeFailure(output) {
  const known = KNOWN_CAUSES.find(({ pattern }) => pattern.test(output));
  const headline = known
    ? `dependencies could not be installed: ${known.cause}`
    : 'dependencies could not be installed';
  const lines = withoutUsage(output).trimEnd().split('\n');
  const shown = known ? lines.slice(0, KNOWN_LINES) : lines.slice(-TAIL_LINES);
  return `${headline}; npm says:\n\n${shown.map((line) => `    ${line}`).join('\n')}\n`;
}

/**
 * npm follows some complaints with pages on how it is to be called.
 *
 * @param {string} output
 */
function withoutUsage(output) {
  const usage = output.indexOf('npm error Clean install a project');
  return usage === -1 ? output : output.slice(0, usage);
}
