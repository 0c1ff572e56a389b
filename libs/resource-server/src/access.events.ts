import type { GuardsEvents } from '@m2m/guards';
import type { EventLogger, Metrics } from '@m2m/service-defaults';
import { logFailedIntrospection, logFailedRevocationFeed, logRefusal } from './access-log.js';
import { accessMetrics } from './access.metrics.js';
import { traceAcceptance, traceRefusal, traceVerification } from './access.trace.js';

/** Tells metrics, log and trace what the guards do. */
export function accessEvents(logger: EventLogger, metrics: Metrics): GuardsEvents {
  const measure = accessMetrics(metrics);
  return {
    ...measure,
    onAccepted: (client, neededScopes) => {
      measure.onAccepted(client, neededScopes);
      traceAcceptance(client, neededScopes);
    },
    onRefused: (refusal) => {
      measure.onRefused(refusal);
      logRefusal(logger, refusal);
      traceRefusal(refusal);
    },
    onRemembered: () => {
      measure.onRemembered();
      traceVerification('remembered');
    },
    onVerified: (seconds) => {
      measure.onVerified(seconds);
      traceVerification('verified');
    },
    onRevocationsFetched: (outcome, error) => {
      measure.onRevocationsFetched(outcome, error);
      if (error) logFailedRevocationFeed(logger, error);
    },
    onIntrospectionFailed: (error) => logFailedIntrospection(logger, error),
  };
}
