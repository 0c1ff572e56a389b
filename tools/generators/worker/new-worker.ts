import type { NewApp } from '../app/new-app.ts';
import type { CalledApi } from './called-api.ts';

/** A worker that is to be made. */
export interface NewWorker extends NewApp {
  /** `settlement`: what it does, and what its metrics and events begin with. */
  readonly job: string;
  /** `Settlement` */
  readonly JobClass: string;
  /** `settlement`, as a variable */
  readonly jobProperty: string;
  /** `settlement`, in the names of metrics and events */
  readonly jobSnake: string;
  /** `SETTLEMENT_INTERVAL_SECONDS` */
  readonly intervalVariable: string;
  /** `Settlement worker` */
  readonly clientName: string;
  readonly api: CalledApi;
}
