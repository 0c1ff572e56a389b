import { figuresOf, rates, type Measured } from '../load/contender.ts';
import type { Part } from '../part.ts';
import type { Figure, Finding, Target } from '../report/part-report.ts';
import { quotients } from '../report/statistics.ts';
import { measureRegistrySizes, type RegistrySizes } from './registry-size.ts';
import { measureTwoProcesses, type OneAndTwo, type ServerApp } from './two-processes.ts';

const MEMORY_MB = 150;

export const scaling: Part = {
  name: 'scaling',
  title: 'two processes of each server against one; 10 to 1,000,000 clients registered',
  run: async (context) => {
    const servers = await measureTwoProcesses(context);
    const sizes = await measureRegistrySizes(context);
    const arePinned = context.cores.secondServer !== undefined;
    return {
      figures: [...[...servers].flatMap(serverFigures), ...figuresOf(sizes.results, 'tokens')],
      findings: [
        ...[...servers].flatMap(([app, rounds]) =>
          serverFindings(app, rounds, arePinned ? TARGETS[app] : {}),
        ),
        ...registryFindings(sizes),
      ],
      notes: [
        arePinned
          ? 'PostgreSQL has no processor of its own where there are two: what orders-api asks of it is taken from the second process.'
          : 'Nothing could be pinned: that two processes do less than twice as much says nothing.',
      ],
    };
  },
};

interface Targets {
  readonly rate?: Target;
  readonly processorTime?: Target;
}

/** Of the orders-api each request is a statement, so that the database is measured too. */
const TARGETS: Readonly<Record<ServerApp, Targets>> = {
  'auth-server': { rate: { atLeast: 1.8 }, processorTime: { atMost: 1.11 } },
  'orders-api': {},
};

function serverFigures([app, { one, two }]: readonly [ServerApp, OneAndTwo]): Figure[] {
  const figures = (name: string, rounds: readonly Measured[]): Figure[] => [
    { name: `${app}, ${name}`, unit: '1/s', values: ratesOf(rounds) },
    { name: `processor time, ${app}, ${name}`, unit: 'µs', values: timesOf(rounds) },
  ];
  return [...figures('one process', one), ...figures('two processes', two)];
}

function serverFindings(
  app: ServerApp,
  { one, two }: OneAndTwo,
  { rate, processorTime }: Targets,
): Finding[] {
  return [
    {
      name: `${app}, two processors over one`,
      unit: '×',
      values: quotients(ratesOf(two), ratesOf(one)),
      ...(rate && { target: rate }),
    },
    {
      name: `${app}, processor time of a request with two processes over one`,
      unit: '×',
      values: quotients(timesOf(two), timesOf(one)),
      ...(processorTime && { target: processorTime }),
    },
  ];
}

function ratesOf(rounds: readonly Measured[]): number[] {
  return rounds.map(({ perSecond }) => perSecond);
}

function timesOf(rounds: readonly Measured[]): number[] {
  return rounds.map(({ processorTime }) => processorTime);
}

function registryFindings({ results, names, allAtWork, memory }: RegistrySizes): Finding[] {
  const [few = '', ...more] = names.values();
  const over = (name: string): Finding => ({
    name: `token endpoint, ${name} registered over ${few}`,
    unit: '×',
    values: quotients(rates(results, name), rates(results, few)),
    target: { atLeast: 0.95 },
  });
  return [
    ...more.map(over),
    {
      name: `token endpoint, ${allAtWork}, over ${few}`,
      unit: '×',
      values: quotients(rates(results, allAtWork), rates(results, few)),
    },
    ...memory.map((figure) => ({ ...figure, target: { atMost: MEMORY_MB } })),
  ];
}
