import { z } from 'zod';
import { tracingConfiguration } from '../tracing/tracing-configuration.js';
import { addressRanges } from './fields.js';

/** The variables every service reads. */
export const serviceConfiguration = z.object({
  ...tracingConfiguration.shape,
  LISTEN_HOST: z.string().default('localhost'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'], {
      error: 'must be one of debug, info, warn, error',
    })
    .default('info'),
  MANAGEMENT_PORT: z.coerce
    .number({ error: 'must be a port number' })
    .int('must be a port number')
    .min(1, 'must be from 1 to 65535')
    .max(65_535, 'must be from 1 to 65535')
    .optional(),
  TRUSTED_PROXIES: addressRanges(),
  API_DOCS: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on'),
});

export type ServiceConfiguration = z.output<typeof serviceConfiguration>;
