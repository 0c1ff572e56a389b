import type { BillingRun, FlowEvent, HttpRequest } from './flow-event.ts';
import type { Style } from './flow-rows.ts';
import {
  apiCallText,
  billingText,
  failedRunText,
  idleText,
  reportsText,
  runText,
  tokenText,
} from './flow-text.ts';
import type { FlowUrls } from './flow-text.ts';

const WORKER = 'billing-worker';

/**
 * Tells the flow by the apps' own events: the worker's first token, its first calls in full, and
 * after that a line for each billing run and each batch of reports.
 */
export class Flow {
  readonly #urls: FlowUrls;
  readonly #style: Style;
  readonly #told = new Set<'token' | 'api call' | 'billing'>();
  readonly #billedPaths = new Set<string>();
  #hasRun = false;

  constructor(urls: FlowUrls, style: Style) {
    this.#urls = urls;
    this.#style = style;
  }

  /** How many orders were reported as billed so far. */
  get billed(): number {
    return this.#billedPaths.size;
  }

  /** Whether the worker has finished a run. */
  get hasRun(): boolean {
    return this.#hasRun;
  }

  /** The lines by which an event carries on the tale; none if it adds nothing. */
  tell(event: FlowEvent): string[] {
    switch (event.event) {
      case 'token.issued':
        return event.clientId === WORKER && this.#first('token')
          ? tokenText(event, this.#urls, this.#style)
          : [];
      case 'http.request':
        return event.service === 'orders-api' && event.clientId === WORKER
          ? this.#tellRequest(event)
          : [];
      case 'billing.run':
        return this.#tellRun(event);
      case 'billing.reports':
        return [reportsText(event, this.#style)];
      case 'billing.run.failed':
        this.#hasRun = true;
        return [failedRunText(event, this.#style)];
    }
  }

  #tellRequest(event: HttpRequest): string[] {
    const isBilling = event.method === 'PUT';
    if (isBilling && event.status < 300) this.#billedPaths.add(event.path);
    if (isBilling) {
      return this.#first('billing') ? billingText(event, this.#urls, this.#style) : [];
    }
    return this.#first('api call') ? apiCallText(event, this.#urls, this.#style) : [];
  }

  #tellRun(event: BillingRun): string[] {
    this.#hasRun = true;
    return [event.seen === 0 ? idleText(event) : runText(event, this.#style)];
  }

  #first(part: 'token' | 'api call' | 'billing'): boolean {
    if (this.#told.has(part)) return false;
    this.#told.add(part);
    return true;
  }
}
