export { runService, type ServiceDefinition } from './bootstrap/run-service.js';
export { ConfigurationError, loadConfiguration } from './configuration/load-configuration.js';
export { secretSource } from './configuration/secret-source.js';
export {
  internalUrl,
  isLoopback,
  issuerIdentifier,
  namesOf,
  port,
  postgresUrl,
  seconds,
  serviceUrl,
  webOrigins,
  wholeNumber,
} from './configuration/fields.js';
export { serviceConfiguration } from './configuration/service-configuration.js';
export {
  databaseModule,
  dataSourceOptions,
  type DatabaseDefinition,
} from './database/database.module.js';
export { DatabaseReadiness } from './database/database-readiness.js';
export { DatabaseUnavailableError, isDatabaseUnavailable } from './database/database-errors.js';
export { migrate, runMigrations } from './database/migrate.js';
export type { ApiDescription } from './http/api-docs.js';
export { createEventLogger, EventLogger } from './logging/event-logger.js';
export { scrub } from './logging/scrub.js';
export { Readiness, type ReadinessCheck } from './management/readiness.js';
export type { BoundedCounter } from './metrics/bounded-counter.js';
export { DatabaseMetrics } from './metrics/database.metrics.js';
export { Metrics, type Counter, type Histogram } from './metrics/metrics.js';
export { describeError, type ErrorDescription } from './problem-details/describe-error.js';
export { Problem, type FieldError, type ProblemDetails } from './problem-details/problem.js';
export { logUnexpected, ProblemDetailsFilter } from './problem-details/problem-details.filter.js';
export { invalidInput, validationPipe } from './problem-details/validation.js';
export {
  currentRequestContext,
  currentTraceparent,
  propagationHeaders,
} from './request-context/request-context.js';
export { jobFailed, runJob } from './tracing/background-job.js';
export { describeInTrace } from './tracing/describe-in-trace.js';
