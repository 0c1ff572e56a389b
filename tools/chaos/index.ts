export { audit } from './audit.ts';
export type { Rule, Violation } from './audit.ts';
export { readBacklog, readBooks } from './books.ts';
export { CarefulClient } from './careful-client.ts';
export { ChaosRun } from './chaos-run.ts';
export type { ChaosOutcome } from './chaos-run.ts';
export { ChaosSystem } from './chaos-system.ts';
export { outcomeText } from './outcome-text.ts';
export {
  DROP_UNIQUE_ORDER,
  patched,
  WITHOUT_CONFLICT,
  WITHOUT_IDEMPOTENCY,
  WITHOUT_TRANSACTION,
} from './sabotage.ts';
export { WORKER_STEPS, seededPlan } from './seeded-plan.ts';
export type { Strike } from './strike.ts';
export { TimeLapse } from './time-lapse.ts';
