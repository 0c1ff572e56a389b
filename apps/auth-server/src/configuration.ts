import {
  port,
  postgresUrl,
  seconds,
  serviceConfiguration,
  serviceUrl,
  webOrigins,
  wholeNumber,
} from '@m2m/service-defaults';
import { signingAlgorithms } from '@m2m/token-issuance';
import { z } from 'zod';
import { adminScopes } from './admin/admin-scopes.js';
import {
  LONGEST_ACCESS_TOKEN_LIFETIME_SECONDS,
  SHORTEST_ACCESS_TOKEN_LIFETIME_SECONDS,
} from './auth-server.settings.js';
import { REGISTRATION_SCOPE } from './registration/registration.settings.js';
import { scopeName } from './resource-servers/scope-name.js';

const KEY_ENCRYPTION_KEY_BYTES = 32;
const DAY_SECONDS = 86_400;

const keyEncryptionKey = () =>
  z
    .base64('must be base64')
    .transform((value) => Buffer.from(value, 'base64'))
    .refine(
      (key) => key.length === KEY_ENCRYPTION_KEY_BYTES,
      `must be ${KEY_ENCRYPTION_KEY_BYTES} random bytes in base64`,
    );

const PRIVILEGED: readonly string[] = [...Object.keys(adminScopes), REGISTRATION_SCOPE];

const registrationScopes = () =>
  z
    .string()
    .transform((value) => value.split(' '))
    .pipe(z.array(scopeName))
    .refine(
      (names) => !names.some((name) => PRIVILEGED.includes(name)),
      `must hold none of ${PRIVILEGED.join(', ')}: nobody registers themselves for these`,
    );

const fields = z.object({
  ...serviceConfiguration.shape,
  AUTH_SERVER_PORT: port(3000),
  AUTH_DATABASE_URL: postgresUrl(),
  OAUTH_ISSUER: serviceUrl(),
  AUTH_KEY_ENCRYPTION_KEY: keyEncryptionKey(),
  AUTH_KEY_ENCRYPTION_KEY_PREVIOUS: keyEncryptionKey().optional(),
  ACCESS_TOKEN_LIFETIME_SECONDS: seconds({
    min: SHORTEST_ACCESS_TOKEN_LIFETIME_SECONDS,
    max: LONGEST_ACCESS_TOKEN_LIFETIME_SECONDS,
    standard: 300,
  }),
  CLIENT_JWKS_URI_PRIVATE_ADDRESSES: z
    .enum(['refused', 'allowed'], { error: 'must be refused or allowed' })
    .default('refused'),
  SIGNING_KEY_ALGORITHM: z
    .enum(signingAlgorithms, { error: `must be one of ${signingAlgorithms.join(', ')}` })
    .default('ES256'),
  SIGNING_KEY_ROTATION_SECONDS: seconds({
    min: 20,
    max: 365 * DAY_SECONDS,
    standard: 30 * DAY_SECONDS,
  }),
  SIGNING_KEY_ANNOUNCEMENT_SECONDS: seconds({ min: 10, max: DAY_SECONDS, standard: 600 }),
  CLIENT_AUTHENTICATION_FAILURES_PER_MINUTE: wholeNumber({ min: 5, max: 10_000, standard: 20 }),
  CORS_ALLOWED_ORIGINS: webOrigins(),
  DYNAMIC_REGISTRATION_SCOPES: registrationScopes().optional(),
  AUDIT_RETENTION_DAYS: wholeNumber({ min: 1, max: 3_650, standard: 90 }),
  AUTH_SWEEP_INTERVAL_SECONDS: seconds({ min: 1, max: 3_600, standard: 60 }),
});

/** What the auth-server is configured by: see `.env.example`. */
export const authServerConfiguration = fields.refine(isLongEnoughToAnnounce, {
  path: ['SIGNING_KEY_ROTATION_SECONDS'],
  message: 'must be at least twice SIGNING_KEY_ANNOUNCEMENT_SECONDS',
  // Told along with the faults of other variables, as long as these two are numbers.
  when: ({ value }) => schedule.safeParse(value).success,
});

export type AuthServerConfiguration = z.output<typeof authServerConfiguration>;

const schedule = fields.pick({
  SIGNING_KEY_ROTATION_SECONDS: true,
  SIGNING_KEY_ANNOUNCEMENT_SECONDS: true,
});

// So that no more than one key is announced at a time.
function isLongEnoughToAnnounce(configuration: z.output<typeof schedule>): boolean {
  const { SIGNING_KEY_ROTATION_SECONDS, SIGNING_KEY_ANNOUNCEMENT_SECONDS } = configuration;
  return SIGNING_KEY_ROTATION_SECONDS >= 2 * SIGNING_KEY_ANNOUNCEMENT_SECONDS;
}
