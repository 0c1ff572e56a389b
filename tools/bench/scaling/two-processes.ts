import { generateKeyPair } from '../keys/key-pair.ts';
import { inRounds, roundLengths, type Results } from '../load/contender.ts';
import type { BenchContext } from '../part.ts';
import { MeasuredSystem } from '../system/measured-system.ts';
import { Replica } from '../system/replica.ts';
import { ownTokenRequests } from '../token-endpoint/own-client.ts';

const CONNECTIONS = 64;

export const ONE_PROCESS = 'one process';
export const TWO_PROCESSES = 'two processes';

/** The same load on one auth-server, and on two over the same database, each on a processor of its own. */
export async function measureTwoProcesses(context: BenchContext): Promise<Results> {
  const { cores, generator, reporter, quick } = context;
  const system = await MeasuredSystem.start(context, { apps: ['auth-server'] });
  try {
    const second = await Replica.start(system, { app: 'auth-server', cores: cores.secondServer });
    try {
      const { bySecret: workload } = await ownTokenRequests(system, generateKeyPair(), 0);
      const port = system.port('auth-server');
      const pid = system.pid('auth-server');
      return await inRounds(
        [
          { name: ONE_PROCESS, ports: [port], pids: [pid], workload },
          { name: TWO_PROCESSES, ports: [port, second.port], pids: [pid, second.pid], workload },
        ],
        { ...roundLengths(quick), arrival: { kind: 'closed', connections: CONNECTIONS } },
        generator,
        reporter,
      );
    } finally {
      await second.stop();
    }
  } finally {
    await system.remove();
  }
}
