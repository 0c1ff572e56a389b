import 'reflect-metadata';
import { runService } from '@m2m/service-defaults';
import { adminScopes } from './admin/admin-scopes.js';
import { AuthServerModule } from './auth-server.module.js';
import { authServerConfiguration } from './configuration.js';
import { AuthServerErrorFilter } from './oauth/auth-server-error.filter.js';

await runService({
  name: 'auth-server',
  configuration: authServerConfiguration,
  port: (configuration) => configuration.AUTH_SERVER_PORT,
  module: (configuration) => AuthServerModule.forRoot(configuration),
  apiDescription: ({ OAUTH_ISSUER }) => ({
    title: 'Admin API of the authorization server',
    description: 'The registry of clients and resource servers, and the signing keys.',
    tokenUrl: `${OAUTH_ISSUER}/oauth2/token`,
    scopes: adminScopes,
  }),
  crossOriginAccess: ({ OAUTH_ISSUER, CORS_ALLOWED_ORIGINS }) => ({
    path: new URL(`${OAUTH_ISSUER}/oauth2/token`).pathname,
    origins: CORS_ALLOWED_ORIGINS,
  }),
  errorFilter: (logger, { OAUTH_ISSUER }) => new AuthServerErrorFilter(logger, OAUTH_ISSUER),
});
