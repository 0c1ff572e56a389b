import { figuresOf, processorTimes, rates } from '../load/contender.ts';
import type { Part } from '../part.ts';
import type { Finding } from '../report/part-report.ts';
import { quotients } from '../report/statistics.ts';
import { measureRegistrySizes, type RegistrySizes } from './registry-size.ts';
import { measureTwoProcesses, ONE_PROCESS, TWO_PROCESSES } from './two-processes.ts';

const MEMORY_MB = 150;

export const scaling: Part = {
  name: 'scaling',
  title:
    'two auth-servers on two processors against one on one; 10 to 1,000,000 clients registered',
  run: async (context) => {
    const processes = await measureTwoProcesses(context);
    const sizes = await measureRegistrySizes(context);
    const ratio: Finding = {
      name: 'token endpoint, two processors over one',
      unit: '×',
      values: quotients(rates(processes, TWO_PROCESSES), rates(processes, ONE_PROCESS)),
      ...(context.cores.secondServer && { target: { atLeast: 1.8 } }),
    };
    return {
      figures: [...figuresOf(processes, 'tokens'), ...figuresOf(sizes.results, 'tokens')],
      findings: [
        ratio,
        {
          name: 'token endpoint, processor time of a token with two processes over one',
          unit: '×',
          values: quotients(
            processorTimes(processes, TWO_PROCESSES),
            processorTimes(processes, ONE_PROCESS),
          ),
          target: { atMost: 1.11 },
        },
        ...registryFindings(sizes),
      ],
      notes: context.cores.secondServer
        ? []
        : ['Nothing could be pinned: that two processes do less than twice as much says nothing.'],
    };
  },
};

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
