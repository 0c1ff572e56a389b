import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryProcessLock } from '../../bootstrap/process-lock.mjs';
import { THROW_AWAY_SETTINGS, embeddedPostgres } from './embedded-postgres.ts';
import { clearStalePostmaster } from './stale-postmaster.ts';

const PREFIX = 'm2m-postgres-';

export interface ThrowAwayPostgres {
  /** As superuser. */
  readonly url: string;
  /** Stops the server and removes its data. */
  remove(): Promise<void>;
}

/** Starts a PostgreSQL for tests: fast, empty, on a port of its own, and gone afterwards. */
export async function startThrowAwayPostgres(): Promise<ThrowAwayPostgres> {
  await removeAbandoned();
  const directory = mkdtempSync(join(tmpdir(), PREFIX));
  tryProcessLock(lockIn(directory));
  // PostgreSQL may have to run as another user, who must be able to pass.
  chmodSync(directory, 0o711);
  const removeFiles = () => rmSync(directory, { recursive: true, force: true });
  try {
    const server = await embeddedPostgres({
      cluster: clusterIn(directory),
      superuserPassword: randomBytes(16).toString('hex'),
      log: join(directory, 'postgres.log'),
      pidFile: join(directory, 'postgres.pid'),
      settings: THROW_AWAY_SETTINGS,
    });
    const killAtExit = () => {
      server.process.killNow('SIGKILL');
      removeFiles();
    };
    process.once('exit', killAtExit);
    await server.start();
    return {
      url: server.url,
      async remove() {
        await server.process.stop();
        process.off('exit', killAtExit);
        removeFiles();
      },
    };
  } catch (error) {
    removeFiles();
    throw error;
  }
}

/** Tests that were killed could not tidy up after themselves. */
async function removeAbandoned(): Promise<void> {
  const names = readdirSync(tmpdir()).filter((name) => name.startsWith(PREFIX));
  for (const directory of names.map((name) => join(tmpdir(), name))) {
    try {
      if (tryProcessLock(lockIn(directory)).lock === undefined) continue;
      await clearStalePostmaster(clusterIn(directory));
      rmSync(directory, { recursive: true, force: true });
    } catch {
      // Another user's: theirs to remove.
    }
  }
}

function clusterIn(directory: string): string {
  return join(directory, 'cluster');
}

function lockIn(directory: string): string {
  return join(directory, 'lock');
}
