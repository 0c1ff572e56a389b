import { PgBoss } from 'pg-boss';
import { jobQueues } from './job-queues.js';

/** Brings pg-boss' own tables and our queues up to date. Safe to run again, and by several at once. */
export async function installJobs(databaseUrl: string): Promise<void> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    max: 2,
    supervise: false,
    schedule: false,
    registerInstance: false,
  });
  // What goes wrong while it is asked for something reaches us as that call's own error.
  boss.on('error', () => undefined);
  await boss.start();
  try {
    for (const { name, policy, ...settings } of jobQueues) {
      await boss.createQueue(name, { ...settings, ...(policy !== undefined && { policy }) });
      // One that was there before has the settings it was made with.
      await boss.updateQueue(name, settings);
    }
  } finally {
    await boss.stop();
  }
}
