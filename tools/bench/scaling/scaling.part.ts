import { figuresOf, processorTimes, rates } from '../load/contender.ts';
import type { Part } from '../part.ts';
import type { Finding } from '../report/part-report.ts';
import { quotients } from '../report/statistics.ts';
import { measureRegistrySizes, type RegistrySizes } from './registry-size.ts';
import { measureTwoProcesses, ONE_PROCESS, TWO_PROCESSES } from './two-processes.ts';

const MEMORY_MB = 150;

export const scaling: Part = {
  name: 'scaling',
  title: 'two auth-servers against one; 10 to 1,000,000 clients registered',
  run: async (context) => {
    const processes = await measureTwoProcesses(context);
    const sizes = await measureRegistrySizes(context);
    const { areEnoughForTwoServers } = context.cores;
    const ratio: Finding = {
      name: 'token endpoint, two processes over one',
      unit: '×',
      values: quotients(rates(processes, TWO_PROCESSES), rates(processes, ONE_PROCESS)),
      // With fewer processors the load takes from the second server what it is to be measured by.
      ...(areEnoughForTwoServers && { target: { atLeast: 1.8 } }),
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
      notes: areEnoughForTwoServers
        ? []
        : [
            'Two servers, the load and the database need four processors, and there are fewer: that two processes do less than twice as much is the machine. What can be told is whether a token costs more.',
          ],
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
