import { textOf } from '../otlp/span.ts';
import type { Span } from '../otlp/span.ts';

/** Which service answers where, as their spans have told. */
export class ServiceAddresses {
  readonly #services = new Map<string, string>();

  learn(span: Span): void {
    if (span.kind === 'server') this.#services.set(addressIn(span), span.service);
  }

  /** The service that a request went to; undefined if none has ever answered there. */
  calledBy(client: Span): string | undefined {
    return this.#services.get(addressIn(client));
  }
}

function addressIn(span: Span): string {
  return `${textOf(span, 'server.address') ?? ''}:${textOf(span, 'server.port') ?? ''}`;
}
