import { resolve } from 'node:path';
import type { ProcessLock } from '../bootstrap/process-lock.mjs';
import { addressesOf, requireFreePorts, resolvePorts } from './addresses.ts';
import type { Addresses } from './addresses.ts';
import type { Environment } from './app-environment.ts';
import { APP_NAMES } from './apps.ts';
import type { AppName, AppRecord } from './apps.ts';
import { assembleSystem } from './assemble-system.ts';
import { DataDirectory } from './data-directory.ts';
import { stopLeftovers } from './leftovers.ts';
import type { LocalSystem } from './local-system.ts';
import { prepareDatabases } from './prepare-databases.ts';
import { migrate, provision } from './provisioning.ts';
import { demoRegistry, mergeRegistries } from './registry.ts';
import type { Registry } from './registry.ts';
import { takeStartLock } from './start-lock.ts';
import { SILENT_REPORTER } from './system-reporter.ts';
import type { SystemReporter } from './system-reporter.ts';

export interface LocalSystemOptions {
  /** Where everything the system keeps is kept. */
  readonly dataDir: string;
  /** Instead of the ports from the environment; 0 stands for any free port. */
  readonly ports?: Partial<Record<AppName, number>>;
  /** The apps to start; the others can be started later. */
  readonly apps?: readonly AppName[];
  /** Clients and resource servers besides the demo's own. */
  readonly extraRegistry?: Registry;
  /** Variables that an app gets besides, or instead of, those it is configured by. */
  readonly environment?: Partial<AppRecord<Environment>>;
  /** Work to be done before anything starts, once it is certain that it may. */
  readonly prepare?: () => Promise<void>;
  readonly reporter?: SystemReporter;
  /** Gives up the start. */
  readonly signal?: AbortSignal;
}

/**
 * Starts PostgreSQL and the apps as processes of this machine, prepared from nothing if need be. On
 * failure everything that was started is stopped again.
 */
export async function startLocalSystem(options: LocalSystemOptions): Promise<LocalSystem> {
  const reporter = options.reporter ?? SILENT_REPORTER;
  const data = new DataDirectory(resolve(options.dataDir));
  await data.create();
  const lock = await takeStartLock(data, reporter, options.signal);
  try {
    const addresses = await claimAddresses(options, data, reporter);
    await options.prepare?.();
    return await bringUp(options, data, addresses, lock, reporter);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function claimAddresses(
  options: LocalSystemOptions,
  data: DataDirectory,
  reporter: SystemReporter,
): Promise<Addresses> {
  const stopped = await stopLeftovers(data);
  if (stopped.length > 0) {
    reporter.line(`  the last run was killed; stopped what it had left: ${stopped.join(', ')}`);
  }
  const ports = await resolvePorts(options.ports ?? {}, process.env);
  await requireFreePorts(ports);
  return addressesOf(ports);
}

async function bringUp(
  options: LocalSystemOptions,
  data: DataDirectory,
  addresses: Addresses,
  lock: ProcessLock,
  reporter: SystemReporter,
): Promise<LocalSystem> {
  const { signal } = options;
  const { system, environments, databaseOwners } = await assembleSystem(
    { data, addresses, lock, reporter, signal },
    options.environment ?? {},
  );
  const registry = mergeRegistries(
    demoRegistry(addresses),
    options.extraRegistry ?? { resource_servers: [], clients: [] },
  );
  try {
    await system.start('postgres');
    await reporter.step('preparing the databases', 'databases ready', () =>
      prepareDatabases(system, databaseOwners, data),
    );
    await reporter.step('applying migrations', 'migrations applied', () =>
      migrate(environments, data, signal),
    );
    await reporter.step('registering the clients', 'clients registered', () =>
      provision(registry, environments['auth-server'], data, signal),
    );
    for (const app of options.apps ?? APP_NAMES) await system.start(app);
    return system;
  } catch (error) {
    await system.stopAll();
    throw error;
  }
}
