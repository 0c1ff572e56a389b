import { EventLogger, Metrics, type BoundedCounter } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { secretMatches } from '../clients/client-secret.js';
import { ClientRegistry } from '../clients/client.registry.js';
import type { RegisteredClient } from '../clients/registered-client.js';
import type { FormParameters } from '../oauth/form-parameters.js';
import { oauthErrorCodeOf } from '../oauth/oauth-error-code.js';
import { invalidClient, type OAuthError } from '../oauth/oauth-error.js';
import { presentedCredentials, type PresentedCredentials } from './presented-credentials.js';

const failureReasons = [
  'no_credentials',
  'unknown_client',
  'disabled_client',
  'wrong_method',
  'wrong_secret',
] as const;

type FailureReason = (typeof failureReasons)[number];

const LONGEST_LOGGED_ID = 100;

/** Authenticates the client behind a request to an OAuth endpoint (RFC 6749 2.3). */
@Injectable()
export class ClientAuthenticator {
  private readonly failures: BoundedCounter<FailureReason>;

  constructor(
    private readonly clients: ClientRegistry,
    private readonly logger: EventLogger,
    metrics: Metrics,
  ) {
    this.failures = metrics.counterBy({
      name: 'oauth_client_authentication_failures_total',
      help: 'Failed client authentications, by reason.',
      label: 'reason',
      values: failureReasons,
    });
  }

  /** @throws OAuthError `invalid_client` or `invalid_request` */
  async authenticate(
    authorizationHeaders: readonly string[] | undefined,
    parameters: FormParameters,
  ): Promise<RegisteredClient> {
    const credentials = this.credentialsOf(authorizationHeaders, parameters);
    const client = await this.clients.find(credentials.clientId);
    // The secret is compared in every case, so that its time tells nothing about the client.
    const matches = secretMatches(credentials.clientSecret, client?.secretDigests ?? []);
    if (!client) throw this.refusal(credentials, 'unknown_client');
    const reason = reasonToRefuse(client, credentials, matches);
    if (reason) throw this.refusal(credentials, reason);
    return client;
  }

  private refusal({ clientId, method }: PresentedCredentials, reason: FailureReason): OAuthError {
    this.failures.inc(reason);
    this.logger.warn('client_authentication.failed', `refused a client: ${reason}`, {
      client_id: clientId.slice(0, LONGEST_LOGGED_ID),
      auth_method: method,
      reason,
    });
    return invalidClient();
  }

  private credentialsOf(
    authorizationHeaders: readonly string[] | undefined,
    parameters: FormParameters,
  ): PresentedCredentials {
    try {
      return presentedCredentials(authorizationHeaders, parameters);
    } catch (error) {
      if (oauthErrorCodeOf(error) === 'invalid_client') this.failures.inc('no_credentials');
      throw error;
    }
  }
}

function reasonToRefuse(
  client: RegisteredClient,
  credentials: PresentedCredentials,
  secretIsRight: boolean,
): FailureReason | undefined {
  if (client.disabled) return 'disabled_client';
  // RFC 7591 2: a client uses the one method it is registered for.
  if (client.authMethod !== credentials.method) return 'wrong_method';
  return secretIsRight ? undefined : 'wrong_secret';
}
