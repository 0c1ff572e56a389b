import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';

/** A signed introspection response (RFC 9701 4). */
export const SIGNED_RESPONSE = 'application/token-introspection+jwt';

// In the order of our own preference, which counts where a caller has none.
const MEDIA_TYPES = ['application/json', SIGNED_RESPONSE];

/**
 * Whether a caller wants the introspection response signed (RFC 9701 4, RFC 9110 12.5.1). Who accepts
 * neither form is answered in JSON.
 */
export function wantsSignedResponse(request: Pick<IncomingMessage, 'headers'>): boolean {
  return new Negotiator(request).mediaType(MEDIA_TYPES) === SIGNED_RESPONSE;
}
