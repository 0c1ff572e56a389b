/** A dependency a service cannot work without. */
export interface ReadinessCheck {
  /** The dependency's name, as the readiness report shows it. */
  readonly name: string;
  /**
   * Rejects, or resolves with `down`, while the service cannot work for lack of the dependency; resolves with
   * `degraded` while it still can, though not for long.
   */
  check(): Promise<unknown>;
}

type DependencyState = 'up' | 'degraded' | 'down';

/** What `GET /health/ready` answers. */
export interface ReadinessReport {
  readonly status: 'ready' | 'not ready';
  readonly checks: Readonly<Record<string, DependencyState>>;
}

const CHECK_TIMEOUT_MS = 2_000;

/** Knows what a service depends on, and asks. Modules add what they need while the service starts. */
export class Readiness {
  private readonly checks: ReadinessCheck[] = [];

  add(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  async report(): Promise<ReadinessReport> {
    const states = await Promise.all(
      this.checks.map(async (check) => [check.name, await stateOf(check)] as const),
    );
    const ready = states.every(([, state]) => state !== 'down');
    return { status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(states) };
  }
}

async function stateOf(check: ReadinessCheck): Promise<DependencyState> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'down'>((resolve) => {
    timer = setTimeout(() => resolve('down'), CHECK_TIMEOUT_MS);
  });
  const state = check.check().then(
    (result) => (result === 'degraded' || result === 'down' ? result : 'up'),
    () => 'down' as const,
  );
  try {
    return await Promise.race([state, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
