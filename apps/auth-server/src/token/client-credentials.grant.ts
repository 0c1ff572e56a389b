import { EventLogger } from '@m2m/service-defaults';
import { AccessTokenIssuer } from '@m2m/token-issuance';
import { Injectable } from '@nestjs/common';
import type { RegisteredClient } from '../clients/registered-client.js';
import { AuthServerSettings } from '../auth-server.settings.js';
import { SigningKeys } from '../keys/signing-keys.js';
import type { FormParameters } from '../oauth/form-parameters.js';
import { unauthorizedClient } from '../oauth/oauth-error.js';
import { decideGrant, type GrantRequest } from './grant-decision.js';
import { requestedScopes } from './requested-scopes.js';
import { TokenMetrics } from './token.metrics.js';
import { traceIssuedToken } from './token.trace.js';

/** A successful answer of the token endpoint (RFC 6749 5.1). */
export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  readonly scope: string;
}

/** The client credentials grant (RFC 6749 4.4): a client gets a token for itself. */
@Injectable()
export class ClientCredentialsGrant {
  static readonly type = 'client_credentials';

  constructor(
    private readonly issuer: AccessTokenIssuer,
    private readonly keys: SigningKeys,
    private readonly settings: AuthServerSettings,
    private readonly logger: EventLogger,
    private readonly metrics: TokenMetrics,
  ) {}

  /** @throws OAuthError */
  handle(client: RegisteredClient, parameters: FormParameters): TokenResponse {
    if (!client.grantTypes.includes(ClientCredentialsGrant.type)) throw unauthorizedClient();
    const request: GrantRequest = {
      scopes: requestedScopes(parameters.get('scope')),
      resources: parameters.all('resource'),
    };
    return this.issue(client, request);
  }

  private issue(client: RegisteredClient, request: GrantRequest): TokenResponse {
    const decision = decideGrant(client, request);
    const lifetime = client.accessTokenLifetime ?? this.settings.accessTokenLifetimeSeconds;
    const startedAt = performance.now();
    const { accessToken, header, claims } = this.issuer.issue(
      {
        clientId: client.clientId,
        lifetime,
        issuedNotBefore: client.tokensValidFrom,
        ...decision,
      },
      this.keys.current,
    );
    this.metrics.tokenIssued(client.authMethod, (performance.now() - startedAt) / 1_000);
    this.logger.info('token.issued', 'issued an access token', {
      client_id: client.clientId,
      auth_method: client.authMethod,
      grant_type: ClientCredentialsGrant.type,
      requested: { scope: request.scopes?.join(' '), resource: request.resources[0] },
      expires_in: lifetime,
      header,
      claims,
    });
    traceIssuedToken(request, { header, claims });
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: lifetime,
      // Always given, though RFC 6749 5.1 asks for it only where it differs from the request.
      scope: claims.scope,
    };
  }
}
