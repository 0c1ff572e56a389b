import { postgresBinaries } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { chooseLauncher } from './launcher.ts';
import { PostgresServer } from './server.ts';

/** A small server for one machine: reachable over TCP from that machine only. */
const LOCAL_SETTINGS = {
  listen_addresses: '127.0.0.1',
  // A socket's path may not be longer than 107 bytes, which a deep clone soon exceeds.
  unix_socket_directories: '',
  shared_buffers: '32MB',
  log_checkpoints: 'off',
};

/** Trades safety after a crash of the machine for speed. */
export const THROW_AWAY_SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
};

export interface EmbeddedPostgresOptions {
  readonly cluster: string;
  readonly superuserPassword: string;
  readonly log: string;
  readonly pidFile: string;
  readonly settings?: Readonly<Record<string, string>>;
  readonly notice?: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** An embedded PostgreSQL whose cluster is there and that is ready to be started. */
export async function embeddedPostgres(options: EmbeddedPostgresOptions): Promise<PostgresServer> {
  const { cluster, superuserPassword, signal } = options;
  const binaries = postgresBinaries();
  const launcher = chooseLauncher(binaries, cluster);
  await ensureCluster({ path: cluster, binaries, launcher, superuserPassword, signal });
  return new PostgresServer({
    cluster,
    binaries,
    launcher,
    superuserPassword,
    log: options.log,
    pidFile: options.pidFile,
    settings: { ...LOCAL_SETTINGS, ...options.settings },
    notice: options.notice ?? (() => undefined),
  });
}
