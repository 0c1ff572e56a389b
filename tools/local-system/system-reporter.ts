/** Hears what the local system does; tools/console/step-reporter.mjs prints it. */
export interface SystemReporter {
  step<T>(doing: string, done: string, work: () => T | Promise<T>): Promise<T>;
  line(text: string): void;
}

/** For those who only want to hear of failures. */
export const SILENT_REPORTER: SystemReporter = {
  step: async (_doing, _done, work) => work(),
  line: () => undefined,
};
