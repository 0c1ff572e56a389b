export { GuardsModule, type GuardsModuleAsyncOptions } from './guards.module.js';
export { refusalReasons, type GuardsEvents, type Refusal } from './guards-events.js';
export type {
  GuardsModuleOptions,
  GuardsModuleSettings,
  RevocationCheck,
  VerificationOptions,
} from './guards-options.js';
export { CurrentClient } from './scopes/current-client.decorator.js';
export { Public } from './scopes/public.decorator.js';
export {
  OAUTH2_SECURITY_SCHEME,
  RequireAnyScope,
  RequireScopes,
} from './scopes/require-scopes.decorator.js';
export { type Client } from './verification/client.js';
export { compatibilities, type Compatibility } from './verification/compatibility.js';
export { AccessTokenVerifier } from './verification/access-token-verifier.js';
