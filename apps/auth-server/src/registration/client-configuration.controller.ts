import { Public } from '@m2m/guards';
import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Put,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { clientInformation, type ClientInformation } from './client-information.js';
import { CurrentRegistration, type RegisteredCaller } from './registered-caller.js';
import { RegistrationErrorFilter } from './registration-error.filter.js';
import { RegistrationManagement } from './registration-management.js';
import { updateRequest, type UpdateRequest } from './registration-metadata.js';
import { RegistrationTokenGuard } from './registration-token.guard.js';
import { RegistrationSettings } from './registration.settings.js';

/** The client configuration endpoint (RFC 7592 2). It takes registration access tokens, and those alone. */
@Public()
@UseGuards(RegistrationTokenGuard)
@UseFilters(RegistrationErrorFilter)
@ApiExcludeController()
@Controller('oauth2/register/:client_id')
export class ClientConfigurationController {
  constructor(
    private readonly settings: RegistrationSettings,
    private readonly management: RegistrationManagement,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async read(@CurrentRegistration() caller: RegisteredCaller): Promise<ClientInformation> {
    const client = await this.management.read(caller);
    return clientInformation({ client, secret: undefined }, caller.token, this.settings);
  }

  @Put()
  @Header('cache-control', 'no-store')
  async update(
    @CurrentRegistration() caller: RegisteredCaller,
    @Body({ schema: updateRequest }) request: UpdateRequest,
  ): Promise<ClientInformation> {
    const updated = await this.management.update(caller, request);
    return clientInformation(updated, caller.token, this.settings);
  }

  @Delete()
  @HttpCode(204)
  @Header('cache-control', 'no-store')
  async delete(@CurrentRegistration() caller: RegisteredCaller): Promise<void> {
    await this.management.delete(caller);
  }
}
