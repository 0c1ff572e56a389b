import type { EventLogger } from '../logging/event-logger.js';

/** While a collector is away this many milliseconds lie between two lines about it. */
const QUIET_MS = 60_000;

/** Logs that spans could not be exported: now and then, however often it happens. */
export class ExportFailures {
  private silentUntil = Number.NEGATIVE_INFINITY;
  private untold = 0;

  /** @param now milliseconds since the epoch. */
  constructor(
    private readonly logger: EventLogger,
    private readonly now: () => number,
  ) {}

  report(error: unknown): void {
    this.untold += 1;
    if (this.now() < this.silentUntil) return;
    this.logger.warn('tracing.export_failed', reasonOf(error), { failures: this.untold });
    this.silentUntil = this.now() + QUIET_MS;
    this.untold = 0;
  }
}

// Not the whole error: what the collector answered is not ours to log.
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const reason = [code, message, error].find((part) => part !== undefined && part !== '');
  return `spans could not be exported: ${String(reason)}`;
}
