import { Injectable } from '@nestjs/common';
import type { ClientAndSecret } from '../clients/client.transactions.js';
import { RegisterClient } from '../clients/register-client.js';
import { scopeWithin, type RegistrationRequest } from './registration-metadata.js';
import { digestRegistrationToken, generateRegistrationToken } from './registration-token.js';
import { RegistrationSettings } from './registration.settings.js';

/** A client that has just been registered, with all that is told this one time. */
export interface Registration extends ClientAndSecret {
  readonly token: string;
}

/** Registers clients that ask for it themselves (RFC 7591 3). */
@Injectable()
export class ClientRegistration {
  constructor(
    private readonly settings: RegistrationSettings,
    private readonly registerClient: RegisterClient,
  ) {}

  /**
   * @param registrar the client_id that the initial access token belongs to.
   * @throws RegistrationError for a scope beyond what may be registered for; Problem 422 for one that is gone.
   */
  async register(request: RegistrationRequest, registrar: string): Promise<Registration> {
    const token = generateRegistrationToken();
    const scope = scopeWithin(this.settings.scopes, request.scope);
    const registered = await this.registerClient.register(
      { ...request, scope, access_token_lifetime: null, disabled: false },
      registrar,
      digestRegistrationToken(token),
    );
    return { ...registered, token };
  }
}
