import type { Registry } from '@m2m/tools/local-system';
import { readFile } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { findContainerSystem } from './container-system.js';
import { deployedSystem } from './deployed-system.js';
import { startProcessSystem } from './process-system.js';
import type { RunningSystem } from './running-system.js';

/**
 * Gives the tests a system: the deployment that the environment names, the one of docker-compose.yml with
 * `E2E_CONTAINERS=1`, or else one that runs as processes, started for them.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const system = await systemFor(process.env);
  project.provide('system', system.access);
  return () => system.stop();
}

async function systemFor(environment: NodeJS.ProcessEnv): Promise<RunningSystem> {
  const deployed = deployedSystem(environment);
  if (deployed) return { access: deployed, stop: async () => undefined };
  const registry = await readRegistry();
  return environment['E2E_CONTAINERS']
    ? findContainerSystem(registry)
    : startProcessSystem(registry);
}

async function readRegistry(): Promise<Registry> {
  const file = new URL('../../registry.json', import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')) as Registry;
}
