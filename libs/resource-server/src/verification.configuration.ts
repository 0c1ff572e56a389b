import { compatibilities } from '@m2m/guards';
import { internalUrl, issuerIdentifier, namesOf, seconds } from '@m2m/service-defaults';
import { z } from 'zod';

/** What has to be given, and not to stay empty, for the issuer to be asked what is revoked. */
const CREDENTIALS = ['OAUTH_CLIENT_ID', 'OAUTH_CLIENT_SECRET'] as const;

const onOrOff = () => z.enum(['on', 'off'], { error: 'must be on or off' }).default('off');

/** Whose tokens an API takes, and how it verifies them: see `.env.example`. */
export const verificationConfiguration = z.object({
  OAUTH_ISSUER: issuerIdentifier(),
  OAUTH_JWKS_URI: internalUrl().optional(),
  OAUTH_TOKEN_ENDPOINT: internalUrl().optional(),
  OAUTH_COMPATIBILITY: namesOf(compatibilities),
  OAUTH_INTROSPECTION: onOrOff(),
  OAUTH_INTROSPECTION_ENDPOINT: internalUrl().optional(),
  OAUTH_INTROSPECTION_CACHE_SECONDS: seconds({ min: 0, max: 60, standard: 0 }),
  OAUTH_REVOCATION_FEED: onOrOff(),
  OAUTH_REVOCATION_FEED_ENDPOINT: internalUrl().optional(),
  OAUTH_CLIENT_ID: z.string().default(''),
  OAUTH_CLIENT_SECRET: z.string().default(''),
});

export type VerificationConfiguration = z.output<typeof verificationConfiguration>;

/**
 * Refuses settings that do not go together. It has to be called whatever else is faulty, since all faults are
 * listed at once: `.superRefine(checkVerification, { when: () => true })`.
 */
export function checkVerification(
  configuration: Readonly<Record<string, unknown>>,
  context: z.RefinementCtx,
): void {
  requireOneMode(configuration, context);
  requireCredentials(configuration, context);
}

function requireOneMode(
  configuration: Readonly<Record<string, unknown>>,
  context: z.RefinementCtx,
): void {
  if (configuration['OAUTH_INTROSPECTION'] !== 'on') return;
  if (configuration['OAUTH_REVOCATION_FEED'] !== 'on') return;
  const message = 'must be off with OAUTH_INTROSPECTION=on';
  context.addIssue({ code: 'custom', path: ['OAUTH_REVOCATION_FEED'], message });
}

function requireCredentials(
  configuration: Readonly<Record<string, unknown>>,
  context: z.RefinementCtx,
): void {
  const modes = [configuration['OAUTH_INTROSPECTION'], configuration['OAUTH_REVOCATION_FEED']];
  if (!modes.includes('on')) return;
  for (const name of CREDENTIALS) {
    if (configuration[name] === '') context.addIssue({ code: 'custom', path: [name] });
  }
}
