import pg from 'pg';
import { ApiConnection } from './api-connection.ts';
import { issuePage, type ListedOrder } from './issue-page.ts';
import type { LimitJob, LimitReply, LimitSettings } from './limit-job.ts';
import { reportBatch } from './report-batch.ts';

const PAGE = '/orders?status=pending&limit=100';
/** As the worker does it: two batches at a time, eight requests of each. */
const BATCHES_AT_ONCE = 2;
const REQUESTS_AT_ONCE = 8;

// The limit of billing: what the worker does, straight through pg and bare connections. It is told nothing by
// dependency injection, keeps no log and no metrics, validates no answer, and does not expect to be killed.
process.on('message', (job: LimitJob) => void reply(job));
process.on('disconnect', () => process.exit());

async function reply({ settings, orders }: LimitJob): Promise<void> {
  const message: LimitReply = await bill(settings, orders).then(
    () => ({ done: true }),
    (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
  );
  process.send?.(message);
}

async function bill(settings: LimitSettings, orders: number): Promise<void> {
  const pool = new pg.Pool({ connectionString: settings.databaseUrl, max: 1 + BATCHES_AT_ONCE });
  const open = () => ApiConnection.open(settings.ordersApiPort, settings.accessToken);
  const connections = await Promise.all(
    Array.from({ length: 1 + BATCHES_AT_ONCE * REQUESTS_AT_ONCE }, open),
  );
  const [scanning, ...reporting] = connections;
  let left = orders;
  const report = async (own: readonly ApiConnection[]) => {
    while (left > 0) {
      const reported = await reportBatch(pool, settings, own);
      left -= reported;
    }
  };
  try {
    if (scanning)
      await Promise.all([scan(pool, settings, scanning), ...batches(reporting).map(report)]);
  } finally {
    for (const connection of connections) connection.close();
    await pool.end();
  }
}

async function scan(pool: pg.Pool, settings: LimitSettings, api: ApiConnection): Promise<void> {
  let cursor: string | null = '';
  while (cursor !== null) {
    const path: string = cursor === '' ? PAGE : `${PAGE}&cursor=${cursor}`;
    const page = (await api.get(path)) as { items: ListedOrder[]; nextCursor: string | null };
    await issuePage(pool, settings, page.items);
    cursor = page.nextCursor;
  }
}

function batches(connections: readonly ApiConnection[]): ApiConnection[][] {
  return Array.from({ length: BATCHES_AT_ONCE }, (_, index) =>
    connections.slice(index * REQUESTS_AT_ONCE, (index + 1) * REQUESTS_AT_ONCE),
  );
}
