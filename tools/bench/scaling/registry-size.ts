import type { LocalSystem } from '../../local-system/index.ts';
import { inRounds, roundLengths, type Contender, type Results } from '../load/contender.ts';
import { FULL_LOAD } from '../load/load-job.ts';
import { residentMb } from '../machine/process-usage.ts';
import type { BenchContext } from '../part.ts';
import type { Figure } from '../report/part-report.ts';
import { MeasuredSystem } from '../system/measured-system.ts';
import { startTogether } from '../system/start-together.ts';
import { ownRequests } from '../token-endpoint/own-client.ts';
import { insertClients, numberedClients } from './bulk-clients.ts';

/** How many clients are at work, however many there are. */
const ACTIVE = 10;

export interface RegistrySizes {
  readonly results: Results;
  /** By the number of clients registered, the name of the contender that ten of them are at work at. */
  readonly names: ReadonlyMap<number, string>;
  /** The one where all of the most clients are at work. */
  readonly allAtWork: string;
  readonly memory: readonly Figure[];
}

/** The same requests to servers with few and with very many clients registered, side by side. */
export async function measureRegistrySizes(context: BenchContext): Promise<RegistrySizes> {
  const sizes = context.quick ? [10, 10_000, 100_000] : [10, 10_000, 1_000_000];
  const systems = await context.reporter.step('registering clients', 'clients registered', () =>
    startTogether(sizes.map((size) => systemWith(context, size))),
  );
  try {
    return await measure(context, sizes, systems);
  } finally {
    await Promise.all(systems.map((system) => system.remove()));
  }
}

function systemWith(context: BenchContext, clients: number): Promise<MeasuredSystem> {
  const fill = (system: LocalSystem) => insertClients(system, clients);
  return MeasuredSystem.start(context, { apps: ['auth-server'], fill });
}

async function measure(
  { generator, reporter, quick }: BenchContext,
  sizes: readonly number[],
  systems: readonly MeasuredSystem[],
): Promise<RegistrySizes> {
  const names = new Map(sizes.map((size) => [size, `${size.toLocaleString('en')} clients`]));
  const contenders: Contender[] = [];
  for (const [index, system] of systems.entries()) {
    const size = sizes[index] ?? 0;
    contenders.push(await contender(system, names.get(size) ?? '', ACTIVE));
  }
  const largest = systems.at(-1);
  const most = sizes.at(-1) ?? 0;
  const allAtWork = `${most.toLocaleString('en')} clients, all of them at work`;
  if (largest) contenders.push(await contender(largest, allAtWork, most));
  const results = await inRounds(contenders, roundLengths(quick), generator, reporter);
  const memory = systems.map((system, index): Figure => ({
    name: `memory of the auth-server, ${names.get(sizes[index] ?? 0) ?? ''}`,
    unit: 'MB',
    values: [residentMb(system.pid('auth-server'))],
  }));
  return { results, names, allAtWork, memory };
}

async function contender(system: MeasuredSystem, name: string, active: number): Promise<Contender> {
  return {
    name,
    ports: [system.port('auth-server')],
    pids: [system.pid('auth-server')],
    workload: await ownRequests(system, numberedClients(active)),
    arrival: FULL_LOAD,
  };
}
