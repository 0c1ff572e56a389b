/** The events in the apps' logs that the flow is told by. */
export type FlowEvent = TokenIssued | HttpRequest | BillingRun | BillingReports | BillingRunFailed;

interface Logged {
  readonly time: string;
  readonly service: string;
}

export interface TokenIssued extends Logged {
  readonly event: 'token.issued';
  readonly clientId: string;
  readonly grantType: string;
  readonly requestedScope: string | undefined;
  readonly requestedResource: string | undefined;
  readonly expiresIn: number;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface HttpRequest extends Logged {
  readonly event: 'http.request';
  readonly method: string;
  readonly path: string;
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly clientId: string | undefined;
}

export interface BillingRun extends Logged {
  readonly event: 'billing.run';
  readonly seen: number;
  readonly invoiced: number;
  readonly refused: number;
  readonly durationMs: number;
}

/** A batch of reports. */
export interface BillingReports extends Logged {
  readonly event: 'billing.reports';
  readonly acknowledged: number;
  readonly voided: number;
  readonly failed: number;
  readonly postponed: number;
  readonly durationMs: number;
}

export interface BillingRunFailed extends Logged {
  readonly event: 'billing.run.failed';
  readonly message: string;
}

/** Reads a line of a log; undefined if it is none of these events. */
export function parseFlowEvent(line: string): FlowEvent | undefined {
  const entry = parseObject(line);
  if (entry === undefined) return undefined;
  switch (entry['event']) {
    case 'token.issued':
      return tokenIssued(entry);
    case 'http.request':
      return httpRequest(entry);
    case 'billing.run':
      return billingRun(entry);
    case 'billing.reports':
      return billingReports(entry);
    case 'billing.run.failed':
      return { ...logged(entry), event: 'billing.run.failed', message: text(entry['msg']) };
    default:
      return undefined;
  }
}

type Entry = Readonly<Record<string, unknown>>;

function tokenIssued(entry: Entry): TokenIssued {
  const requested = object(entry['requested']);
  return {
    ...logged(entry),
    event: 'token.issued',
    clientId: text(entry['client_id']),
    grantType: text(entry['grant_type']),
    requestedScope: optionalText(requested['scope']),
    requestedResource: optionalText(requested['resource']),
    expiresIn: number(entry['expires_in']),
    header: object(entry['header']),
    claims: object(entry['claims']),
  };
}

function httpRequest(entry: Entry): HttpRequest {
  return {
    ...logged(entry),
    event: 'http.request',
    method: text(entry['method']),
    path: text(entry['path']),
    route: text(entry['route']),
    status: number(entry['status']),
    durationMs: number(entry['duration_ms']),
    clientId: optionalText(entry['client_id']),
  };
}

function billingRun(entry: Entry): BillingRun {
  return {
    ...logged(entry),
    event: 'billing.run',
    seen: number(entry['seen']),
    invoiced: number(entry['invoiced']),
    refused: number(entry['refused']),
    durationMs: number(entry['duration_ms']),
  };
}

function billingReports(entry: Entry): BillingReports {
  return {
    ...logged(entry),
    event: 'billing.reports',
    acknowledged: number(entry['acknowledged']),
    voided: number(entry['voided']),
    failed: number(entry['failed']),
    postponed: number(entry['postponed']),
    durationMs: number(entry['duration_ms']),
  };
}

function logged(entry: Entry): Logged {
  return { time: text(entry['time']), service: text(entry['service']) };
}

/** The JSON object on a line of a log, if that is what it holds. */
export function parseObject(line: string): Entry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object(value: unknown): Entry {
  return isObject(value) ? value : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' || Array.isArray(value) ? value.toString() : undefined;
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
