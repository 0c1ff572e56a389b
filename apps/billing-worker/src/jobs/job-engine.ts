import type { EventLogger } from '@m2m/service-defaults';
import { PgBoss, type Db } from 'pg-boss';
import type { Pool } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';

/** How often it is looked for jobs whose worker has died. */
const SUPERVISE_SECONDS = 5;
/** How often finished jobs are deleted whose time is over; pg-boss does so once a day by itself. */
const MAINTENANCE_SECONDS = 300;
const REPEATED_ERROR_MS = 60_000;

/**
 * Starts pg-boss on the service's own connections, with their time limits. Its tables have to be there: see
 * `installJobs`.
 *
 * @param role a supervisor takes its turn at looking for jobs whose worker has died; a visitor does not stay for it.
 */
export async function startJobEngine(
  dataSource: DataSource,
  logger: EventLogger,
  role: 'supervisor' | 'visitor',
): Promise<PgBoss> {
  const boss = new PgBoss({
    db: poolOf(dataSource),
    migrate: false,
    // Scans come in intervals of seconds; pg-boss' own schedules are by the minute.
    schedule: false,
    supervise: role === 'supervisor',
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    maintenanceIntervalSeconds: MAINTENANCE_SECONDS,
    registerInstance: false,
    // Jobs are traced as all background jobs of a service are.
    openTelemetry: { enabled: false },
  });
  tellErrors(boss, logger);
  return boss.start();
}

/** Lets pg-boss write within a transaction. */
export function within(transaction: EntityManager): Db {
  return {
    executeSql: async (text, values) => ({
      rows: await transaction.query<Record<string, unknown>[]>(text, values ? [...values] : []),
    }),
  };
}

function poolOf(dataSource: DataSource): Db {
  const { master } = dataSource.driver as unknown as { readonly master: Pool };
  return { executeSql: (text, values) => master.query(text, values) };
}

/** Each error once a minute at most: while the database is away, every look for jobs brings one. */
function tellErrors(boss: PgBoss, logger: EventLogger): void {
  const toldAt = new Map<string, number>();
  const tell = (event: string, message: string) => {
    const now = performance.now();
    if (now - (toldAt.get(event) ?? -Infinity) < REPEATED_ERROR_MS) return;
    toldAt.set(event, now);
    logger.warn(event, message);
  };
  boss.on('error', ({ message }) => tell('jobs.error', message));
  boss.on('warning', ({ message }) => tell('jobs.warning', message));
}
