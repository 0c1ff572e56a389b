export {
  checkCredentials,
  clientConfiguration,
  scopesToAskFor,
  type ClientConfiguration,
} from './client.configuration.js';
export { clientRegistration } from './client-registration.js';
export { ServiceClientModule, type ServiceClientModuleOptions } from './service-client.module.js';
