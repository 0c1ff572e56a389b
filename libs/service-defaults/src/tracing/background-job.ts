import { propagation, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { createRequestContext, runInRequestContext } from '../request-context/request-context.js';

const tracer = trace.getTracer('@m2m/service-defaults/background-job');

/**
 * Runs a background job as what a request is otherwise: a part of a trace, with an identifier for the logs and
 * for the services it calls.
 *
 * @param name names the span: the same for each run.
 * @param traceparent of what the job continues (W3C Trace Context 3.2); without it a trace begins.
 */
export async function runJob<T>(
  name: string,
  job: () => Promise<T>,
  traceparent?: string,
): Promise<T> {
  const parent = propagation.extract(ROOT_CONTEXT, { traceparent });
  return tracer.startActiveSpan(name, {}, parent, async (span) => {
    try {
      return await runInRequestContext(createRequestContext(undefined, traceparent), job);
    } catch (error) {
      jobFailed(error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Marks the job at hand as failed in its trace. One that throws is marked anyway. */
export function jobFailed(error: unknown): void {
  const span = trace.getActiveSpan();
  span?.setAttribute('error.type', error instanceof Error ? error.name : typeof error);
  span?.setStatus({ code: SpanStatusCode.ERROR });
}
