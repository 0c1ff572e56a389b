export {
  ClientCredentialsModule,
  httpServiceToken,
  InjectHttpService,
  InjectTokenProvider,
  tokenProviderToken,
  type ClientCredentialsModuleAsyncOptions,
  type ClientCredentialsModuleOptions,
} from './client-credentials.module.js';
export { ForeignOriginError } from './authorize-requests.js';
export type {
  ClientCredentialsEvents,
  TokenFailure,
  TokenFetch,
} from './client-credentials-events.js';
export type { ClientRegistration } from './client-registration.js';
export { isPrivateKey } from './private-key.js';
export { retryAfterMs } from './retry-after.js';
export { secretFrom } from './secret-from.js';
export { TokenProvider, type TokenHealth, type TokenOptions } from './token-provider.js';
export {
  tokenFailureReasons,
  TokenRequestError,
  type TokenFailureReason,
} from './token-request-error.js';
