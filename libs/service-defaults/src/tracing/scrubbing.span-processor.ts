import type { Attributes } from '@opentelemetry/api';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { scrub } from '../logging/scrub.js';

/**
 * Cuts credentials out of spans before they leave, as is done with log lines: the last line of defence.
 * The message of a status goes altogether, because what databases say repeats their input.
 */
export class ScrubbingSpanProcessor implements SpanProcessor {
  onStart(): void {
    // What matters is what a span holds in the end.
  }

  onEnding(span: Span): void {
    scrubAttributes(span.attributes);
    for (const { attributes } of span.events) scrubAttributes(attributes ?? {});
    if (span.status.message !== undefined) span.setStatus({ code: span.status.code });
  }

  onEnd(): void {
    // Done already.
  }

  async forceFlush(): Promise<void> {
    // Keeps nothing.
  }

  async shutdown(): Promise<void> {
    // Keeps nothing.
  }
}

function scrubAttributes(attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string') attributes[name] = scrub(value);
    else if (Array.isArray(value)) attributes[name] = value.map(scrubPart);
  }
}

function scrubPart<Part>(part: Part): Part | string {
  return typeof part === 'string' ? scrub(part) : part;
}
