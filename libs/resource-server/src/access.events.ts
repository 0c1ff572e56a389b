import type { GuardsEvents } from '@m2m/guards';
import type { EventLogger, Metrics } from '@m2m/service-defaults';
import { logFailedIntrospection, logFailedRevocationFeed, logRefusal } from './access-log.js';
import { accessMetrics, issuerMetrics } from './access.metrics.js';
import { traceAcceptance, traceRefusal, traceVerification } from './access.trace.js';

/** Tells metrics, log and trace of the calls that the guards let through or refuse. */
export function accessEvents(logger: EventLogger, metrics: Metrics): GuardsEvents {
  const measure = accessMetrics(metrics);
  return {
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
  };
}

/** Tells metrics and log of what the guards learn from an issuer elsewhere. */
export function issuerEvents(logger: EventLogger, metrics: Metrics): GuardsEvents {
  const measure = issuerMetrics(metrics);
  return {
    ...measure,
    onRevocationsFetched: (outcome, error) => {
      measure.onRevocationsFetched(outcome, error);
      if (error) logFailedRevocationFeed(logger, error);
    },
    onIntrospectionFailed: (error) => logFailedIntrospection(logger, error),
  };
}
