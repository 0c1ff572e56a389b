import { CurrentClient, RequireScopes, type Client } from '@m2m/guards';
import { Body, Controller, Post, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { clientInformation, type ClientInformation } from './client-information.js';
import { ClientRegistration } from './client-registration.js';
import { RegistrationErrorFilter } from './registration-error.filter.js';
import { registrationRequest, type RegistrationRequest } from './registration-metadata.js';
import { REGISTRATION_SCOPE, RegistrationSettings } from './registration.settings.js';

/** The client registration endpoint (RFC 7591 3). */
@ApiExcludeController()
@Controller('oauth2/register')
@UseFilters(RegistrationErrorFilter)
export class RegistrationController {
  constructor(
    private readonly settings: RegistrationSettings,
    private readonly registration: ClientRegistration,
  ) {}

  @Post()
  @RequireScopes(REGISTRATION_SCOPE)
  async register(
    @CurrentClient() { clientId: registrar }: Client,
    @Body({ schema: registrationRequest }) request: RegistrationRequest,
  ): Promise<ClientInformation> {
    const registered = await this.registration.register(request, registrar);
    return clientInformation(registered, registered.token, this.settings);
  }
}
