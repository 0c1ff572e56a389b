import { Module, type DynamicModule } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { ClientConfigurationController } from './client-configuration.controller.js';
import { ClientRegistration } from './client-registration.js';
import { RegistrationController } from './registration.controller.js';
import { RegistrationManagement } from './registration-management.js';
import { RegistrationSettings } from './registration.settings.js';

/** Dynamic client registration (RFC 7591, RFC 7592). To be imported only where a guard stands before it. */
@Module({})
export class RegistrationModule {
  /** @param clients that registers, changes and keeps clients. */
  static with(settings: RegistrationSettings, clients: DynamicModule): DynamicModule {
    return {
      module: RegistrationModule,
      imports: [clients, AuditModule],
      controllers: [RegistrationController, ClientConfigurationController],
      providers: [
        { provide: RegistrationSettings, useValue: settings },
        ClientRegistration,
        RegistrationManagement,
      ],
    };
  }
}
