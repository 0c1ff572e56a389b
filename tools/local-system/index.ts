export { APP_NAMES } from './apps.ts';
export type { AppName, AppRecord, ProcessName } from './apps.ts';
export type { ClientCredentials } from './client-credentials.ts';
export type { LocalSystem } from './local-system.ts';
export { LocalSystemError, explain } from './local-system-error.ts';
export type { ClientRegistration, Registry, ResourceServerRegistration } from './registry.ts';
export { startLocalSystem } from './start-local-system.ts';
export type { LocalSystemOptions } from './start-local-system.ts';
export type { SystemReporter } from './system-reporter.ts';
