import { z } from 'zod';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const collectorUrl = () =>
  z
    .string()
    .refine(isHttpUrl, 'must be an absolute http or https URL that holds no credentials')
    .optional();

const protocol = () =>
  z
    .literal('http/protobuf', { error: 'must be http/protobuf, the only one that is built in' })
    .optional();

const milliseconds = () =>
  z.coerce
    .number({ error: 'must be a number of milliseconds' })
    .positive('must be more than 0 milliseconds')
    .optional();

/**
 * OpenTelemetry's own variables, as far as we know them: its specification's "Environment Variable
 * Specification" and "OTLP Exporter Configuration". What it lets one ignore with a warning is a fault here.
 */
export const tracingConfiguration = z.object({
  OTEL_SDK_DISABLED: z
    .stringbool({ truthy: ['true'], falsy: ['false'], error: 'must be true or false' })
    .default(false),
  OTEL_TRACES_EXPORTER: z.enum(['otlp', 'none'], { error: 'must be otlp or none' }).default('otlp'),
  OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: collectorUrl(),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol(),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: z.string().optional(),
  OTEL_EXPORTER_OTLP_TIMEOUT: milliseconds(),
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: milliseconds(),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: z.string().optional(),
  OTEL_TRACES_SAMPLER: z
    .enum(SAMPLERS, { error: `must be one of ${SAMPLERS.join(', ')}` })
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number({ error: 'must be a number from 0 to 1' })
    .min(0, 'must be a number from 0 to 1')
    .max(1, 'must be a number from 0 to 1')
    .default(1),
});

export type TracingConfiguration = z.output<typeof tracingConfiguration>;

/** Which spans are recorded and where they go. The lists are in the form `key=value,key=value`. */
export interface TracingSettings {
  readonly url: string;
  readonly headers: string;
  readonly timeoutMs: number;
  /** How long a span that has ended may wait for others to be exported with. */
  readonly exportDelayMs: number;
  readonly serviceName: string | undefined;
  readonly resourceAttributes: string;
  readonly sampler: (typeof SAMPLERS)[number];
  /** The part of all traces that a sampler by ratio records, from 0 to 1. */
  readonly ratio: number;
}

const STANDARD_TIMEOUT_MS = 10_000;
const STANDARD_EXPORT_DELAY_MS = 5_000;

/** The settings of tracing, or undefined where the variables do not ask for it. */
export function tracingSettings(variables: TracingConfiguration): TracingSettings | undefined {
  const url = exportUrl(variables);
  if (variables.OTEL_SDK_DISABLED || variables.OTEL_TRACES_EXPORTER === 'none') return undefined;
  if (url === undefined) return undefined;
  return {
    url,
    headers: [variables.OTEL_EXPORTER_OTLP_HEADERS, variables.OTEL_EXPORTER_OTLP_TRACES_HEADERS]
      .filter(Boolean)
      .join(','),
    timeoutMs:
      variables.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT ??
      variables.OTEL_EXPORTER_OTLP_TIMEOUT ??
      STANDARD_TIMEOUT_MS,
    exportDelayMs: variables.OTEL_BSP_SCHEDULE_DELAY ?? STANDARD_EXPORT_DELAY_MS,
    serviceName: variables.OTEL_SERVICE_NAME,
    resourceAttributes: variables.OTEL_RESOURCE_ATTRIBUTES ?? '',
    sampler: variables.OTEL_TRACES_SAMPLER,
    ratio: variables.OTEL_TRACES_SAMPLER_ARG,
  };
}

// The endpoint for traces is taken as it is; below the one for all signals they have a path of their own.
function exportUrl(variables: TracingConfiguration): string | undefined {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT } = variables;
  if (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  return OTEL_EXPORTER_OTLP_ENDPOINT?.replace(/\/*$/, '/v1/traces');
}

function isHttpUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}
