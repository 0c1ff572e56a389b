import { EventLogger } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { secretMatches } from '../clients/client-secret.js';
import { ClientRegistry } from '../clients/client.registry.js';
import type { RegisteredClient } from '../clients/registered-client.js';
import type { FormParameters } from '../oauth/form-parameters.js';
import { invalidClient } from '../oauth/oauth-error.js';
import { presentedCredentials, type PresentedCredentials } from './presented-credentials.js';

const LONGEST_LOGGED_ID = 100;

/** Authenticates the client behind a request to an OAuth endpoint (RFC 6749 2.3). */
@Injectable()
export class ClientAuthenticator {
  constructor(
    private readonly clients: ClientRegistry,
    private readonly logger: EventLogger,
  ) {}

  /** @throws OAuthError `invalid_client` or `invalid_request` */
  async authenticate(
    authorizationHeaders: readonly string[] | undefined,
    parameters: FormParameters,
  ): Promise<RegisteredClient> {
    const credentials = presentedCredentials(authorizationHeaders, parameters);
    const client = await this.clients.find(credentials.clientId);
    // The secret is compared in every case, so that its time tells nothing about the client.
    const matches = secretMatches(credentials.clientSecret, client?.secretDigests ?? []);
    const reason = reasonToRefuse(client, credentials, matches);
    if (!client || reason) {
      this.logger.warn('client_authentication.failed', `refused a client: ${reason}`, {
        client_id: credentials.clientId.slice(0, LONGEST_LOGGED_ID),
        auth_method: credentials.method,
        reason,
      });
      throw invalidClient();
    }
    return client;
  }
}

function reasonToRefuse(
  client: RegisteredClient | undefined,
  credentials: PresentedCredentials,
  secretIsRight: boolean,
): string | undefined {
  if (!client) return 'unknown_client';
  if (client.disabled) return 'disabled_client';
  // RFC 7591 2: a client uses the one method it is registered for.
  if (client.authMethod !== credentials.method) return 'wrong_method';
  return secretIsRight ? undefined : 'wrong_secret';
}
