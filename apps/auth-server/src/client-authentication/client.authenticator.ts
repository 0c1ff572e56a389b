import { EventLogger, Metrics, type BoundedCounter } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { matchingSecret } from '../clients/client-secret.js';
import { ClientRegistry } from '../clients/client.registry.js';
import type { RegisteredClient } from '../clients/registered-client.js';
import { SecretUsage } from '../clients/secret-usage.js';
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
    private readonly secretUsage: SecretUsage,
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
    request: Pick<FastifyRequest, 'raw' | 'ip'>,
    parameters: FormParameters,
  ): Promise<RegisteredClient> {
    const credentials = this.credentialsOf(request, parameters);
    const remembered = this.clients.remembered(credentials.clientId);
    if (remembered && !this.reasonToRefuse(remembered, credentials)) return remembered;
    // What is remembered may be a second old. That nothing is refused without asking the database also
    // makes refusals take equally long, whether there is such a client or not.
    const client = await this.clients.read(credentials.clientId);
    const reason = this.reasonToRefuse(client, credentials);
    if (!client || reason) throw this.refusal(credentials, reason ?? 'unknown_client');
    return client;
  }

  private reasonToRefuse(
    client: RegisteredClient | undefined,
    { method, clientSecret }: PresentedCredentials,
  ): FailureReason | undefined {
    // Compared in every case, so that its time tells nothing about the client.
    const secret = matchingSecret(clientSecret, client?.secrets ?? [], Date.now());
    if (!client) return 'unknown_client';
    if (client.disabled) return 'disabled_client';
    // RFC 7591 2: a client uses the one method it is registered for.
    if (client.authMethod !== method) return 'wrong_method';
    if (!secret) return 'wrong_secret';
    this.secretUsage.note(secret.secretId);
    return undefined;
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
    { raw }: Pick<FastifyRequest, 'raw'>,
    parameters: FormParameters,
  ): PresentedCredentials {
    try {
      return presentedCredentials(raw.headersDistinct['authorization'], parameters);
    } catch (error) {
      if (oauthErrorCodeOf(error) === 'invalid_client') this.failures.inc('no_credentials');
      throw error;
    }
  }
}
