import { refusalReasons, type GuardsEvents } from '@m2m/guards';
import type { Metrics } from '@m2m/service-defaults';

/** Counts the calls that the guards let through or refuse, and measures how they verify tokens. */
export function accessMetrics(
  metrics: Metrics,
): Required<Pick<GuardsEvents, 'onAccepted' | 'onRefused' | 'onRemembered' | 'onVerified'>> {
  const accepted = metrics.counter({
    name: 'oauth_access_accepted_total',
    help: 'Calls let through by the guard.',
  });
  const refused = metrics.counterBy({
    name: 'oauth_access_refused_total',
    help: 'Calls refused by the guard, by reason.',
    label: 'reason',
    values: refusalReasons,
  });
  const remembered = metrics.counter({
    name: 'oauth_access_token_cache_hits_total',
    help: 'Access tokens known from an earlier call.',
  });
  const verification = metrics.histogram({
    name: 'oauth_access_token_verification_duration_seconds',
    help: 'Time to verify an access token that was not known.',
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5],
  });
  return {
    onAccepted: () => accepted.inc(),
    onRefused: ({ reason }) => refused.inc(reason),
    onRemembered: () => remembered.inc(),
    onVerified: (seconds) => verification.observe(seconds),
  };
}

/**
 * Counts what the guards fetch from the issuer. A failed introspection is counted as the refused call that it is.
 *
 * @param now milliseconds of a clock that never goes back.
 */
export function issuerMetrics(
  metrics: Metrics,
  now: () => number = () => performance.now(),
): Required<Pick<GuardsEvents, 'onKeysFetched' | 'onRevocationsFetched'>> {
  const keyFetches = metrics.counterBy({
    name: 'oauth_issuer_key_fetches_total',
    help: "Attempts to fetch the issuer's keys, by outcome.",
    label: 'outcome',
    values: ['success', 'failure'],
  });
  let keysFetchedAt: number | undefined;
  metrics.gauge({
    name: 'oauth_issuer_keys_age_seconds',
    help: "Time since the issuer's keys were last fetched.",
    read: () => (keysFetchedAt === undefined ? undefined : (now() - keysFetchedAt) / 1_000),
  });
  const feedFetches = metrics.counterBy({
    name: 'oauth_revocation_feed_fetches_total',
    help: 'Attempts to fetch what is revoked, by outcome.',
    label: 'outcome',
    values: ['success', 'failure'],
  });
  let revocationsFetchedAt: number | undefined;
  metrics.gauge({
    name: 'oauth_revocation_feed_age_seconds',
    help: 'Time since what is revoked was last fetched.',
    read: () =>
      revocationsFetchedAt === undefined ? undefined : (now() - revocationsFetchedAt) / 1_000,
  });
  return {
    onKeysFetched: (outcome) => {
      keyFetches.inc(outcome);
      if (outcome === 'success') keysFetchedAt = now();
    },
    onRevocationsFetched: (outcome) => {
      feedFetches.inc(outcome);
      if (outcome === 'success') revocationsFetchedAt = now();
    },
  };
}
