import { execFileSync, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { chownSync, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { LocalSystemError } from '../local-system-error.ts';
import type { PostgresBinaries } from './binaries.ts';
import { postgresEnvironment } from './postgres-environment.ts';

interface User {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** Runs PostgreSQL's programs as a user that PostgreSQL accepts: it refuses to run as root. */
export interface Launcher {
  /** Gives a file or directory of this user to the one that PostgreSQL runs as. */
  own(path: string): void;
  spawn(program: string, args: readonly string[], options: SpawnOptions): ChildProcess;
}

/**
 * What gives another user way through directories that only root may enter, such as a clone in
 * root's home: a capability to pass them, in order of how little else it allows.
 */
const WAYS_THROUGH = ['+dac_read_search', '+dac_override'];

/** As this user; as root, as another one that can reach the programs and the cluster's parent. */
export function chooseLauncher(binaries: PostgresBinaries, cluster: string): Launcher {
  if (process.getuid?.() !== 0) return { own: () => undefined, spawn };
  const user = ownerOf(cluster) ?? systemUser('postgres') ?? systemUser('nobody');
  if (user === undefined) {
    throw new LocalSystemError(
      'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody" to run it as',
    );
  }
  const launchers = [asUser(user), ...WAYS_THROUGH.map((way) => withCapability(user, way))];
  const usable = launchers.find((launcher) => canReach(launcher, binaries, dirname(cluster)));
  if (usable !== undefined) return usable.launcher;
  throw new LocalSystemError(
    `PostgreSQL refuses to run as root, and the user "${user.name}" cannot reach ` +
      `${binaries.postgres} and ${dirname(cluster)}: start as an ordinary user, or from a place ` +
      'that every user may enter',
  );
}

interface Candidate {
  readonly launcher: Launcher;
  /** The program and leading arguments that everything is run by, if any. */
  readonly prefix: readonly string[];
  readonly options: SpawnOptions;
}

function asUser(user: User): Candidate {
  return candidate(user, [], { uid: user.uid, gid: user.gid });
}

function withCapability(user: User, capability: string): Candidate {
  const prefix = [
    'setpriv',
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    // Without this the kernel ignores the capability in access(2), which PostgreSQL asks first.
    '--securebits=+no_setuid_fixup',
    `--inh-caps=-all,${capability}`,
    `--ambient-caps=-all,${capability}`,
    '--',
  ];
  return candidate(user, prefix, {});
}

function candidate(user: User, prefix: readonly string[], own: SpawnOptions): Candidate {
  const launcher: Launcher = {
    own: (path) => chownSync(path, user.uid, user.gid),
    spawn(program, args, options) {
      const [command = program, ...rest] = [...prefix, program, ...args];
      return spawn(command, rest, { ...options, ...own });
    },
  };
  return { launcher, prefix, options: own };
}

/** Tried rather than reasoned: whether it works depends on modes, ACLs and capabilities together. */
function canReach(
  { prefix, options }: Candidate,
  binaries: PostgresBinaries,
  directory: string,
): boolean {
  const check = 'test -x "$1" && exec "$0" --version';
  const [command, ...args] = [...prefix, 'sh', '-c', check, binaries.postgres, directory];
  const { status, stderr } = spawnSync(command, args, {
    ...options,
    env: postgresEnvironment(),
    encoding: 'utf8',
  });
  return status === 0 && !stderr.includes('Permission denied');
}

/** A cluster that an ordinary user has made stays that user's. */
function ownerOf(cluster: string): User | undefined {
  if (!existsSync(cluster)) return undefined;
  const { uid, gid } = statSync(cluster);
  return uid === 0 ? undefined : { name: String(uid), uid, gid };
}

function systemUser(name: string): User | undefined {
  try {
    return { name, uid: numericId('-u', name), gid: numericId('-g', name) };
  } catch {
    return undefined;
  }
}

function numericId(option: '-u' | '-g', name: string): number {
  return Number(execFileSync('id', [option, name], { encoding: 'utf8', stdio: 'pipe' }));
}
