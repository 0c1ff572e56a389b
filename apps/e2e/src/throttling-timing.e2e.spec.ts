import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuthServers } from './support/auth-servers.js';
import { runsAsProcesses } from './support/system.js';

const TRIES = 300;
const WARM_UP = 50;
const BAND = 0.1;

describe.runIf(runsAsProcesses)('the time that a refusal takes', () => {
  let auth: AuthServers;

  beforeAll(async () => {
    auth = await AuthServers.start([{ CLIENT_AUTHENTICATION_FAILURES_PER_MINUTE: '10000' }]);
    await auth.addClient('known');
  });

  afterAll(() => auth.stop());

  it('A06 is the same for an unknown client and for a wrong secret', { retry: 1 }, async () => {
    const durations = { unknown: [] as number[], known: [] as number[] };
    for (let time = 0; time < WARM_UP + TRIES; time++) {
      // In turn, and each as often first as second, so that what else the machine does hits both.
      const order = time % 2 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
      for (const clientId of order) {
        const duration = await timeOfRefusal(clientId);
        if (time >= WARM_UP) durations[clientId].push(duration);
      }
    }

    const [unknown, known] = [median(durations.unknown), median(durations.known)];
    const difference = Math.abs(unknown - known) / Math.max(unknown, known);
    expect(difference, `medians: ${unknown} ms, ${known} ms`).toBeLessThan(BAND);
  });

  async function timeOfRefusal(clientId: string): Promise<number> {
    const started = performance.now();
    const { status } = await auth.requestToken(0, {
      credentials: { client_id: clientId, client_secret: 'wrong' },
    });
    const duration = performance.now() - started;
    expect(status).toBe(401);
    return duration;
  }
});

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
