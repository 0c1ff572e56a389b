import type { Refusal } from '@m2m/guards';
import type { EventLogger } from '@m2m/service-defaults';

/** Logs a refused call, with the reason that its caller is not told. */
export function logRefusal(logger: EventLogger, { reason, clientId }: Refusal): void {
  logger.warn('access.refused', `refused a call: ${reason}`, {
    reason,
    ...(clientId !== undefined && { client_id: clientId }),
  });
}

/** Logs why the issuer could not be asked about a token, which the refused call's caller is not told either. */
export function logFailedIntrospection(logger: EventLogger, { message }: Error): void {
  logger.error('introspection.failed', message);
}

/** Logs why it could not be learnt what is revoked, and so why calls may be refused from a minute later on. */
export function logFailedRevocationFeed(logger: EventLogger, { message }: Error): void {
  logger.error('revocation_feed.failed', message);
}
