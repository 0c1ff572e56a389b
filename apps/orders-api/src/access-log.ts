import type { Refusal } from '@m2m/guards';
import { type EventLogger, type Metrics } from '@m2m/service-defaults';
import { Counter } from 'prom-client';

/** Records each refused call, with the reason that its caller is not told. */
export class AccessLog {
  private readonly refused: Counter<'reason'>;

  constructor(
    private readonly logger: EventLogger,
    metrics: Metrics,
  ) {
    this.refused = new Counter({
      name: 'oauth_access_refused_total',
      help: 'Refused calls, by reason.',
      labelNames: ['reason'],
      registers: [metrics.registry],
    });
  }

  refuse({ reason, clientId }: Refusal): void {
    this.refused.inc({ reason });
    this.logger.warn('access.refused', `refused a call: ${reason}`, {
      reason,
      ...(clientId !== undefined && { client_id: clientId }),
    });
  }
}
