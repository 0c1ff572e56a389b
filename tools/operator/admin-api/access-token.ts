import {
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
  allowInsecureRequests,
  clientCredentialsGrant,
  discovery,
} from 'openid-client';
import type { Configuration } from 'openid-client';
import type { OperatorFailure } from '../command-line/operator-failure.ts';
import type { ClientCredentials } from '../../local-system/client-credentials.ts';
import { clientAuthentication } from './client-authentication.ts';
import { noAccess } from './no-access.ts';
import { describeOutage } from './outage.ts';

const ANSWER_SECONDS = 15;

/** An access token for the admin API, and what is needed to send it. */
export interface AccessToken {
  readonly configuration: Configuration;
  readonly token: string;
}

/**
 * Gets an access token for the admin API by client credentials (RFC 6749 4.4), at the token endpoint that
 * the server's metadata names (RFC 8414).
 *
 * @throws OperatorFailure if the server cannot be reached, or gives this client no such token.
 */
export async function accessToken(
  issuer: URL,
  credentials: ClientCredentials,
  scope: string,
): Promise<AccessToken> {
  const configuration = await discover(issuer, credentials);
  try {
    const resource = configuration.serverMetadata().issuer;
    const response = await clientCredentialsGrant(configuration, { scope, resource });
    return { configuration, token: response.access_token };
  } catch (error) {
    throw explainRefusal(error, issuer, credentials.client_id, scope);
  }
}

async function discover(issuer: URL, credentials: ClientCredentials): Promise<Configuration> {
  const { client_id: clientId } = credentials;
  const authentication = await clientAuthentication(credentials);
  try {
    return await discovery(issuer, clientId, undefined, authentication, {
      algorithm: 'oauth2',
      timeout: ANSWER_SECONDS,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- only marked so as to stand out
      execute: issuer.protocol === 'http:' ? [allowInsecureRequests] : [],
    });
  } catch (error) {
    throw describeOutage(error, issuer) ?? explainMetadata(error, issuer);
  }
}

function explainMetadata(error: unknown, issuer: URL): unknown {
  if (!(error instanceof ClientError)) return error;
  const reason = `what answers at ${issuer.href} is not the authorization server of that name`;
  return noAccess('no_authorization_server', `${reason} (RFC 8414): ${error.message}`);
}

function explainRefusal(error: unknown, issuer: URL, clientId: string, scope: string): unknown {
  if (error instanceof WWWAuthenticateChallengeError) return credentialsRefused(clientId);
  if (error instanceof ResponseBodyError) return tokenRefused(error, clientId, scope);
  return describeOutage(error, issuer) ?? explainMetadata(error, issuer);
}

function tokenRefused(error: ResponseBodyError, clientId: string, scope: string): OperatorFailure {
  if (error.error === 'invalid_client') return credentialsRefused(clientId);
  if (error.error === 'invalid_scope') {
    return noAccess('scope_refused', `the client ${clientId} may not have the scope ${scope}`);
  }
  const wait = error.response.headers.get('retry-after');
  const when = wait === null ? '' : `; try again in ${wait} s`;
  const why = error.error_description ?? error.error;
  return noAccess('token_refused', `the server gives ${clientId} no access token: ${why}${when}`);
}

function credentialsRefused(clientId: string): OperatorFailure {
  const detail = `the server does not accept the credentials of the client ${clientId}`;
  return noAccess('credentials_refused', detail);
}
