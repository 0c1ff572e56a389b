import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LocalSystemError } from '../local-system-error.ts';
import { readFileIfPresent } from '../private-file.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { Launcher } from './launcher.ts';
import { postgresEnvironment } from './postgres-environment.ts';

export const SUPERUSER = 'postgres';

const MAJOR_VERSION = '18';
const SHOWN_LINES = 5;
const RM_RETRIES = 10;

export interface ClusterOptions {
  readonly path: string;
  readonly binaries: PostgresBinaries;
  readonly launcher: Launcher;
  readonly superuserPassword: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the database cluster unless it is there. It is made in a directory beside its place and
 * moved there as a whole, so that an interrupted attempt is simply made anew; in a new directory
 * each time, as a killed start may have left an initdb behind that still writes to the old one.
 */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const version = await readFileIfPresent(join(options.path, 'PG_VERSION'));
  if (version !== undefined) {
    requireVersion(version.trim(), options.path);
    return;
  }
  await removeWorkshops(options.path);
  try {
    await initialise(options, await mkdtemp(workshopPrefix(options.path)));
  } finally {
    await removeWorkshops(options.path);
  }
}

function workshopPrefix(path: string): string {
  return `${path}.new-`;
}

async function removeWorkshops(path: string): Promise<void> {
  const prefix = basename(workshopPrefix(path));
  const names = await readdir(dirname(path));
  for (const name of names.filter((candidate) => candidate.startsWith(prefix))) {
    await rm(join(dirname(path), name), { recursive: true, force: true, maxRetries: RM_RETRIES });
  }
}

async function initialise(options: ClusterOptions, workshop: string): Promise<void> {
  const { path, launcher, superuserPassword } = options;
  const passwordFile = join(workshop, 'password');
  const draft = join(workshop, 'cluster');
  await writeFile(passwordFile, `${superuserPassword}\n`, { mode: 0o600 });
  for (const made of [passwordFile, workshop]) launcher.own(made);
  await runInitdb(options, draft, passwordFile);
  await rename(draft, path);
}

async function runInitdb(
  { binaries, launcher, signal }: ClusterOptions,
  draft: string,
  passwordFile: string,
): Promise<void> {
  const args = [
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // PostgreSQL's own C.UTF-8 sorts the same everywhere; the system's may not even exist.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ];
  const child = launcher.spawn(binaries.initdb, args, {
    cwd: dirname(draft),
    env: postgresEnvironment(),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  });
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (complaints += chunk));
  const code = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', resolve);
  });
  signal?.throwIfAborted();
  if (code !== 0) throw new LocalSystemError(describeFailure(code, complaints));
}

function describeFailure(code: unknown, complaints: string): string {
  if (/No space left|Check free disk space/.test(complaints)) {
    return 'PostgreSQL cannot make its cluster: the disk is full';
  }
  const lines = complaints.trim().split('\n').slice(-SHOWN_LINES);
  return [`PostgreSQL cannot make its cluster (initdb: ${String(code)})`, ...lines].join('\n    ');
}

function requireVersion(version: string, path: string): void {
  if (version === MAJOR_VERSION) return;
  throw new LocalSystemError(
    `${path} is a cluster of PostgreSQL ${version}, this is ${MAJOR_VERSION}: ` +
      'dump it with the old version, or remove it for a fresh system',
  );
}
