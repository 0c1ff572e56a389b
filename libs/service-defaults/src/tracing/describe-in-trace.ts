import { trace, type Attributes } from '@opentelemetry/api';

/**
 * Says more of the request or job at hand in its span. Nothing is made of the attributes where no span is
 * recorded; they are never a credential or a part of one.
 */
export function describeInTrace(attributes: () => Attributes): void {
  const span = trace.getActiveSpan();
  if (span?.isRecording()) span.setAttributes(attributes());
}
