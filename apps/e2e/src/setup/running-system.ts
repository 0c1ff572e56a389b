import type { SystemUnderTest } from './system-under-test.js';

/** A system that was started, or found, for the tests. */
export interface RunningSystem {
  readonly access: SystemUnderTest;
  /** Takes away what was made for the tests. */
  stop(): Promise<void>;
}
