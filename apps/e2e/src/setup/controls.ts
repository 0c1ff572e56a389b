import type { ProcessName } from '@m2m/tools/local-system';

/** What tests do to the parts of a system of their own; each ends once it is done. */
export interface Controls {
  /** The part then stays away until it is started. */
  stop(name: ProcessName): Promise<void>;
  /** Starts a part and waits until it is ready. */
  start(name: ProcessName): Promise<void>;
  /** Kills a part the hard way; whoever supervises it starts it again. */
  kill(name: ProcessName): Promise<void>;
  /** Lets a part hang: it keeps its connections and answers nothing, until it is thawed. */
  freeze(name: ProcessName): Promise<void>;
  thaw(name: ProcessName): Promise<void>;
  wait(name: ProcessName): Promise<void>;
  /** The process id, empty while the part does not run. */
  pid(name: ProcessName): Promise<string>;
  /** All that the parts have logged, by their names. */
  logs(): Promise<Readonly<Record<string, string>>>;
}
