export {
  AuthorizedHttpService,
  ClientCredentialsModule,
  type ClientCredentialsModuleOptions,
} from './client-credentials.module.js';
export { ForeignOriginError } from './authorize-requests.js';
export type { ClientRegistration } from './client-registration.js';
export { retryAfterMs } from './retry-after.js';
export { TokenProvider, type TokenRequestCounts } from './token-provider.js';
export { TokenRequestError } from './token-request-error.js';
