import type { StopStage } from './supervised-process.ts';

const KILL: StopStage = { signal: 'SIGKILL', patienceMs: 5_000 };

/** SIGTERM lets an app finish the requests and the job it is at. */
export const STOP_STAGES: readonly StopStage[] = [{ signal: 'SIGTERM', patienceMs: 10_000 }, KILL];

/** For PostgreSQL SIGINT is the fast shutdown, SIGQUIT the immediate one with recovery at start. */
export const POSTGRES_STOP_STAGES: readonly StopStage[] = [
  { signal: 'SIGINT', patienceMs: 10_000 },
  { signal: 'SIGQUIT', patienceMs: 5_000 },
  KILL,
];
