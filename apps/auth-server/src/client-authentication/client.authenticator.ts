import { isDeepStrictEqual } from 'node:util';
import { describeInTrace, Metrics, type BoundedCounter } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuditEvent } from '../audit/audit-event.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { matchingSecret } from '../clients/client-secret.js';
import { ClientRegistry } from '../clients/client.registry.js';
import type { RegisteredClient } from '../clients/registered-client.js';
import { SecretUsage } from '../clients/secret-usage.js';
import { shownClientId } from '../clients/shown-client-id.js';
import type { FormParameters } from '../oauth/form-parameters.js';
import { oauthErrorCodeOf } from '../oauth/oauth-error-code.js';
import { invalidClient, type OAuthError } from '../oauth/oauth-error.js';
import { ClientThrottle } from '../throttling/client.throttle.js';
import type { TriesOfMinute } from '../throttling/tries.js';
import type { AssertionFault } from './assertion-rules.js';
import { AssertionVerifier } from './assertion.verifier.js';
import {
  presentedCredentials,
  type PresentedAssertion,
  type PresentedCredentials,
  type PresentedSecret,
} from './presented-credentials.js';
import { UsedAssertions } from './used-assertions.js';

const failureReasons = [
  'no_credentials',
  'unknown_client',
  'disabled_client',
  'wrong_method',
  'wrong_secret',
  'wrong_assertion',
  'replayed_assertion',
  'keys_unavailable',
] as const;

type FailureReason = (typeof failureReasons)[number];

/** Why a client is refused, and what exactly is wrong with its assertion. */
interface Failure {
  readonly reason: FailureReason;
  readonly fault?: AssertionFault;
}

/** Authenticates the client behind a request to an OAuth endpoint (RFC 6749 2.3). */
@Injectable()
export class ClientAuthenticator {
  private readonly failures: BoundedCounter<FailureReason>;

  constructor(
    private readonly clients: ClientRegistry,
    private readonly secretUsage: SecretUsage,
    private readonly assertions: AssertionVerifier,
    private readonly usedAssertions: UsedAssertions,
    private readonly throttle: ClientThrottle,
    private readonly audit: AuditTrail,
    metrics: Metrics,
  ) {
    this.failures = metrics.counterBy({
      name: 'oauth_client_authentication_failures_total',
      help: 'Failed client authentications, by reason.',
      label: 'reason',
      values: failureReasons,
    });
  }

  /** @throws OAuthError `invalid_client` or `invalid_request`; 429 after too many failures */
  async authenticate(
    request: Pick<FastifyRequest, 'raw' | 'ip'>,
    parameters: FormParameters,
  ): Promise<RegisteredClient> {
    const credentials = this.credentialsOf(request, parameters);
    if (credentials.method !== 'private_key_jwt') return this.bySecret(credentials, request.ip);
    const client = await this.byAssertion(credentials, request.ip);
    await this.useUp(credentials, request.ip);
    return this.asItIsNow(client, credentials, request.ip);
  }

  private async bySecret(credentials: PresentedSecret, address: string): Promise<RegisteredClient> {
    const { clientId } = credentials;
    this.throttle.check(clientId, address);
    const mayTry = this.throttle.hasTriesLeft(clientId, address);
    const remembered = mayTry ? this.clients.remembered(clientId) : undefined;
    const failure = this.failureOfSecret(remembered, credentials);
    if (remembered && !failure) return remembered;
    // Where nothing is remembered, nothing has been tried yet. Who has no try left waits for the database like
    // all others, so that the time of a refusal does not tell which clients are remembered.
    const taken = remembered && this.throttle.takeTry(clientId, address);
    return this.bySecretNow(credentials, address, taken);
  }

  // What is remembered may be a second old. That nothing is refused without asking the database also makes
  // refusals take equally long, whether there is such a client or not.
  private async bySecretNow(
    credentials: PresentedSecret,
    address: string,
    takenBefore: TriesOfMinute | undefined,
  ): Promise<RegisteredClient> {
    const { clientId } = credentials;
    const client = await this.clients.read(clientId);
    this.throttle.check(clientId, address);
    const taken = takenBefore ?? this.throttle.takeTry(clientId, address);
    const failure = this.failureOfSecret(client, credentials);
    if (!client || failure) {
      await this.throttle.countFailure(clientId, address);
      throw this.refusal(credentials, address, failure ?? { reason: 'unknown_client' });
    }
    this.throttle.giveBack(taken);
    return client;
  }

  // A signature cannot be guessed: no failures of others stand in the way of a client with a key.
  private async byAssertion(
    credentials: PresentedAssertion,
    address: string,
  ): Promise<RegisteredClient> {
    const remembered = this.clients.remembered(credentials.clientId);
    const failure = await this.failureOfAssertion(remembered, credentials);
    if (remembered && !failure) return remembered;
    const client = await this.clients.read(credentials.clientId);
    const failureNow = await this.failureOfAssertion(client, credentials);
    if (client && !failureNow) return client;
    throw this.refusal(credentials, address, failureNow ?? { reason: 'unknown_client' });
  }

  // Compared even if it cannot help any more, so that its time tells nothing about the client. Not
  // asynchronous: a try is taken with it.
  private failureOfSecret(
    client: RegisteredClient | undefined,
    credentials: PresentedSecret,
  ): Failure | undefined {
    const reason = reasonNotToTry(client, credentials);
    const secrets = reason ? [] : (client?.secrets ?? []);
    const secret = matchingSecret(credentials.clientSecret, secrets, Date.now());
    if (!secret) return { reason: reason ?? 'wrong_secret' };
    this.secretUsage.note(secret.secretId);
    return undefined;
  }

  // Verified even if it cannot help any more, for the same reason.
  private async failureOfAssertion(
    client: RegisteredClient | undefined,
    credentials: PresentedAssertion,
  ): Promise<Failure | undefined> {
    const reason = reasonNotToTry(client, credentials);
    const fault = await this.assertions.faultOf(credentials.assertion, reason ? undefined : client);
    if (reason) return { reason };
    if (fault === 'keys_unavailable') return { reason: fault };
    return fault && { reason: 'wrong_assertion', fault };
  }

  // Once nothing is wrong with it, so that nobody can use up an assertion that is not theirs.
  private async useUp(credentials: PresentedAssertion, address: string): Promise<void> {
    // Both are there: the assertion has been verified.
    const { jti, exp } = credentials.assertion.claims as { jti: string; exp: number };
    const isFirstUse = await this.usedAssertions.use(credentials.clientId, jti, exp);
    if (!isFirstUse) throw this.refusal(credentials, address, { reason: 'replayed_assertion' });
  }

  // Its keys and the note of its assertion took up to seconds, in which it may have been disabled, been given
  // other keys, or had its tokens revoked.
  private async asItIsNow(
    judged: RegisteredClient,
    credentials: PresentedAssertion,
    address: string,
  ): Promise<RegisteredClient> {
    const client = await this.clients.find(judged.clientId);
    if (client === judged) return client;
    const reason = reasonNotToTry(client, credentials);
    if (client && !reason && hasSameKeys(client, judged)) return client;
    throw this.refusal(credentials, address, { reason: reason ?? 'wrong_assertion' });
  }

  private refusal(
    { clientId, method }: PresentedCredentials,
    address: string,
    { reason, fault }: Failure,
  ): OAuthError {
    const shownId = shownClientId(clientId);
    this.recordFailure(reason, shownId, {
      client_id: shownId,
      auth_method: method,
      fault,
      address,
    });
    return invalidClient();
  }

  private credentialsOf(
    { raw, ip: address }: Pick<FastifyRequest, 'raw' | 'ip'>,
    parameters: FormParameters,
  ): PresentedCredentials {
    try {
      return presentedCredentials(raw.headersDistinct['authorization'], parameters);
    } catch (error) {
      if (oauthErrorCodeOf(error) === 'invalid_client') {
        this.recordFailure('no_credentials', undefined, { address });
      }
      throw error;
    }
  }

  private recordFailure(
    reason: FailureReason,
    subject: string | undefined,
    details: AuditEvent['details'],
  ): void {
    this.failures.inc(reason);
    describeInTrace(() => ({
      'oauth.client.id': subject,
      'oauth.client.authentication_failure': reason,
    }));
    this.audit.record({
      event: 'client_authentication.failed',
      // Nobody knows who it was.
      actor: undefined,
      subject,
      outcome: 'failure',
      reason,
      message: `refused a client: ${reason}`,
      details,
    });
  }
}

function reasonNotToTry(
  client: RegisteredClient | undefined,
  { method }: PresentedCredentials,
): FailureReason | undefined {
  if (!client) return 'unknown_client';
  if (client.disabled) return 'disabled_client';
  // RFC 7591 2: a client uses the one method it is registered for.
  return client.authMethod === method ? undefined : 'wrong_method';
}

function hasSameKeys(one: RegisteredClient, other: RegisteredClient): boolean {
  return one.jwksUri === other.jwksUri && isDeepStrictEqual(one.jwks, other.jwks);
}
