import type { AppRecord } from './apps.ts';
import type { ResourceServerName } from './resource-servers.ts';

/** An app that is a client of an API, in its own name. */
export interface Worker {
  readonly clientName: string;
  readonly calls: ResourceServerName;
  /** What it is registered for. */
  readonly scope: string;
}

/** The workers; the client_id of each is its name. */
export const WORKERS = {
  'billing-worker': {
    clientName: 'Billing worker',
    calls: 'orders-api',
    scope: 'orders:read orders:bill',
  },
} as const satisfies Partial<AppRecord<Worker>>;

export type WorkerName = keyof typeof WORKERS;

export const WORKER_NAMES: readonly WorkerName[] = Object.keys(WORKERS).filter(isWorker);

/** Whether an app is a worker. */
export function isWorker(app: string): app is WorkerName {
  return app in WORKERS;
}
