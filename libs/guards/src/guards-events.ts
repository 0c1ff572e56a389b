import type { Client } from './verification/client.js';
import { tokenRefusalReasons, unavailabilityReasons } from './verification/token-refusal.js';

/** Every reason for which a call may be refused. */
export const refusalReasons = [
  ...tokenRefusalReasons,
  'no_token',
  'several_authorization_headers',
  'insufficient_scope',
  ...unavailabilityReasons,
] as const;

/** A refused call, for logs and metrics. */
export interface Refusal {
  readonly reason: (typeof refusalReasons)[number];
  /** Known only where the token itself is genuine. */
  readonly clientId?: string;
  /** The scopes that would have been enough, where the reason is that they were missing. */
  readonly neededScopes?: readonly string[];
}

/**
 * What can be told of the guards' work, for logs and metrics. These functions are called in the middle of
 * requests: they have to be quick and must not throw.
 */
export interface GuardsEvents {
  /** A call was let through: by these of the client's scopes, which are the ones that its route needs. */
  readonly onAccepted?: ((client: Client, neededScopes: readonly string[]) => void) | undefined;
  /** A call was refused. */
  readonly onRefused?: ((refusal: Refusal) => void) | undefined;
  /** A token was known from an earlier call. */
  readonly onRemembered?: (() => void) | undefined;
  /**
   * A token that was not known was verified, with whatever result. The wait for keys, or for the
   * introspection endpoint, is part of the time.
   */
  readonly onVerified?: ((seconds: number) => void) | undefined;
  /** The issuer's keys were fetched, or could not be. */
  readonly onKeysFetched?: ((outcome: 'success' | 'failure') => void) | undefined;
  /**
   * What is revoked was fetched, or could not be. The error's message says why; it holds no token and no
   * secret.
   */
  readonly onRevocationsFetched?:
    ((outcome: 'success' | 'failure', error?: Error) => void) | undefined;
  /** The introspection endpoint could not be asked. The message says why; it holds no token and no secret. */
  readonly onIntrospectionFailed?: ((error: Error) => void) | undefined;
}
