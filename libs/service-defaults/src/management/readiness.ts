/** A dependency a service cannot work without. */
export interface ReadinessCheck {
  /** The dependency's name, as the readiness report shows it. */
  readonly name: string;
  /** Rejects while the dependency is away. */
  check(): Promise<unknown>;
}

/** What `GET /health/ready` answers. */
export interface ReadinessReport {
  readonly status: 'ready' | 'not ready';
  readonly checks: Readonly<Record<string, 'up' | 'down'>>;
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
    const ready = states.every(([, state]) => state === 'up');
    return { status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(states) };
  }
}

async function stateOf(check: ReadinessCheck): Promise<'up' | 'down'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'down'>((resolve) => {
    timer = setTimeout(() => resolve('down'), CHECK_TIMEOUT_MS);
  });
  const up = check.check().then(
    () => 'up' as const,
    () => 'down' as const,
  );
  try {
    return await Promise.race([up, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
