import 'reflect-metadata';
import { runService } from '@m2m/service-defaults';
import { AuthServerModule } from './auth-server.module.js';
import { authServerConfiguration } from './configuration.js';
import { AuthServerErrorFilter } from './oauth/auth-server-error.filter.js';

await runService({
  name: 'auth-server',
  configuration: authServerConfiguration,
  port: (configuration) => configuration.AUTH_SERVER_PORT,
  module: (configuration) => AuthServerModule.forRoot(configuration),
  errorFilter: (logger, { OAUTH_ISSUER }) => new AuthServerErrorFilter(logger, OAUTH_ISSUER),
});
