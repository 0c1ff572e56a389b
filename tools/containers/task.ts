import { abortOnInterruption, interruptedExitCode } from '../bootstrap/interruptions.mjs';
import { explain } from '../local-system/local-system-error.ts';

/** Runs what a one-shot container is for; the exit code says whether it was done. */
export async function runTask(
  name: string,
  task: (signal: AbortSignal) => Promise<string>,
): Promise<void> {
  const interruption = abortOnInterruption();
  try {
    console.log(`${name}: ${await task(interruption)}`);
  } catch (error) {
    if (interruption.aborted) {
      process.exitCode = interruptedExitCode(interruption);
      return;
    }
    console.error(`${name} failed: ${explain(error) ?? String(error)}`);
    process.exitCode = 1;
  }
}
