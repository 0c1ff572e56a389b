import { closedLoop, openLoop } from './arrivals.ts';
import { HttpConnection } from './http-connection.ts';
import type { LoadJob, LoadReply, LoadResult, WorkloadDescription } from './load-job.ts';
import { Tally } from './tally.ts';
import { BearerWorkload } from './workloads/bearer-requests.ts';
import { TokenWorkload } from './workloads/token-requests.ts';
import type { Workload } from './workloads/workload.ts';

// A process of its own, so that it has a processor of its own: takes a job, puts the load on, tells what came of it.
process.on('message', (job: LoadJob) => void reply(job));
process.on('disconnect', () => process.exit());

async function reply(job: LoadJob): Promise<void> {
  const message: LoadReply = await run(job).then(
    (result) => ({ result }),
    (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
  );
  process.send?.(message);
}

/** What they send takes seconds to make, so they are kept from round to round. */
const workloads = new Map<string, Workload>();

function workloadOf(description: WorkloadDescription): Workload {
  const name = JSON.stringify(description);
  const workload = workloads.get(name) ?? made(description);
  workloads.set(name, workload);
  return workload;
}

function made(description: WorkloadDescription): Workload {
  return description.kind === 'token'
    ? new TokenWorkload(description)
    : new BearerWorkload(description);
}

async function run({ ports, workload, arrival, ...limits }: LoadJob): Promise<LoadResult> {
  const requests = workloadOf(workload);
  requests.prepare();
  const connections = await Promise.all(
    Array.from({ length: arrival.connections }, (_, index) =>
      HttpConnection.open(ports[index % ports.length] ?? 0),
    ),
  );
  const tally = new Tally(limits);
  try {
    if (arrival.kind === 'closed') await closedLoop(connections, requests, tally);
    else await openLoop(connections, requests, tally, arrival.perSecond);
    return tally.result();
  } finally {
    for (const connection of connections) connection.close();
  }
}
