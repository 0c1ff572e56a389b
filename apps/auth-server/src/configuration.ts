import {
  port,
  postgresUrl,
  seconds,
  serviceConfiguration,
  serviceUrl,
} from '@m2m/service-defaults';
import { z } from 'zod';

const KEY_ENCRYPTION_KEY_BYTES = 32;

/** What the auth-server is configured by: see `.env.example`. */
export const authServerConfiguration = z.object({
  ...serviceConfiguration.shape,
  AUTH_SERVER_PORT: port(3000),
  AUTH_DATABASE_URL: postgresUrl(),
  OAUTH_ISSUER: serviceUrl(),
  AUTH_KEY_ENCRYPTION_KEY: z
    .base64('must be base64')
    .transform((value) => Buffer.from(value, 'base64'))
    .refine(
      (key) => key.length === KEY_ENCRYPTION_KEY_BYTES,
      `must be ${KEY_ENCRYPTION_KEY_BYTES} random bytes in base64`,
    ),
  ACCESS_TOKEN_LIFETIME_SECONDS: seconds({ min: 10, max: 600, standard: 300 }),
});

export type AuthServerConfiguration = z.output<typeof authServerConfiguration>;
