export { accessEvents } from './access.events.js';
export {
  checkVerification,
  verificationConfiguration,
  type VerificationConfiguration,
} from './verification.configuration.js';
export {
  ResourceServerModule,
  type ResourceServerModuleOptions,
} from './resource-server.module.js';
