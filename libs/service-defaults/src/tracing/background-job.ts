import { SpanStatusCode, trace } from '@opentelemetry/api';
import { createRequestContext, runInRequestContext } from '../request-context/request-context.js';

const tracer = trace.getTracer('@m2m/service-defaults/background-job');

/**
 * Runs a background job as what a request is otherwise: the root of a trace, with an identifier for the
 * logs and for the services it calls.
 *
 * @param name names the span: the same for each run.
 */
export async function runJob<T>(name: string, job: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, { root: true }, async (span) => {
    try {
      return await runInRequestContext(createRequestContext(), job);
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
