import { describe, expect, it } from 'vitest';
import { styler } from '../console/style.mjs';
import { parseFlowEvent } from './flow-event.ts';
import type { FlowEvent } from './flow-event.ts';
import { Flow } from './flow.ts';

const urls = { issuer: 'http://localhost:3000', ordersApi: 'http://localhost:3001' };

const tokenIssued = {
  time: '2026-01-01T10:00:00.000Z',
  level: 'info',
  service: 'auth-server',
  event: 'token.issued',
  client_id: 'billing-worker',
  auth_method: 'client_secret_basic',
  grant_type: 'client_credentials',
  requested: { scope: 'orders:read orders:bill', resource: 'http://localhost:3001' },
  expires_in: 300,
  header: { alg: 'ES256', typ: 'at+jwt', kid: 'k1' },
  claims: {
    iss: 'http://localhost:3000',
    aud: 'http://localhost:3001',
    sub: 'billing-worker',
    client_id: 'billing-worker',
    iat: 1_767_261_600,
    exp: 1_767_261_900,
    jti: 'j1',
    scope: 'orders:read orders:bill',
  },
};

const listed = {
  time: '2026-01-01T10:00:01.000Z',
  service: 'orders-api',
  event: 'http.request',
  method: 'GET',
  path: '/orders',
  route: '/orders',
  status: 200,
  duration_ms: 4.2,
  client_id: 'billing-worker',
};

const billed = { ...listed, method: 'PUT', path: '/orders/a1/billing' };

const run = {
  time: '2026-01-01T10:00:02.000Z',
  service: 'billing-worker',
  event: 'billing.run',
  seen: 12,
  invoiced: 12,
  refused: 0,
  duration_ms: 340,
};

const idle = { ...run, seen: 0, invoiced: 0 };

const reports = {
  ...run,
  event: 'billing.reports',
  acknowledged: 10,
  voided: 0,
  failed: 0,
  postponed: 0,
  duration_ms: 56,
};

function parsed(entry: unknown): FlowEvent {
  const event = parseFlowEvent(JSON.stringify(entry));
  if (event === undefined) throw new Error('not an event');
  return event;
}

function tell(...entries: unknown[]): { flow: Flow; text: string } {
  const flow = new Flow(urls, styler({}, {}));
  const lines = entries.flatMap((entry) => flow.tell(parsed(entry)));
  return { flow, text: lines.join('\n') };
}

describe('parseFlowEvent', () => {
  it.each(['', 'plain text', '[]', 'null', '{"event":"other"}', '{"event":'])(
    'ignores %j',
    (line) => expect(parseFlowEvent(line)).toBeUndefined(),
  );
});

describe('Flow', () => {
  it('shows the token request, the answer and what the token says', () => {
    const { text } = tell(tokenIssued);
    expect(text).toContain('POST http://localhost:3000/oauth2/token');
    expect(text).toContain('Basic billing-worker:<secret cut out>');
    expect(text).toMatch(/grant_type +client_credentials/);
    expect(text).toMatch(/resource +http:\/\/localhost:3001 +the API it is for \(RFC 8707\)/);
    expect(text).toContain('<header>.<claims>.<signature cut out>');
    expect(text).toMatch(/typ +at\+jwt .*RFC 9068, 2\.1/);
    expect(text).toMatch(/aud +http:\/\/localhost:3001 .*RFC 9068, 3/);
    expect(text).toMatch(/exp +1767261900 = \d\d:05:00/);
  });

  it('aligns the claims and uses no control characters without a terminal', () => {
    const { text } = tell(tokenIssued);
    const starts = text
      .split('\n')
      .filter((line) => /RFC 7519/.test(line))
      .map((line) => line.search(/\S(?=\S* ?.*\(RFC)/));
    expect(new Set(starts).size).toBe(1);
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('shows only the first token, and only the worker’s', () => {
    expect(tell({ ...tokenIssued, client_id: 'order-entry' }).text).toBe('');
    const { flow } = tell(tokenIssued);
    expect(flow.tell(parsed(tokenIssued))).toEqual([]);
  });

  it('leaves out a claim’s meaning that it does not know', () => {
    const { text } = tell({ ...tokenIssued, claims: { ...tokenIssued.claims, cnf: { jkt: 'x' } } });
    expect(text).toMatch(/cnf +\{"jkt":"x"\}$/m);
  });

  it('shows the first API call and the first report in full', () => {
    const { flow, text } = tell(listed, billed);
    expect(text).toContain('GET http://localhost:3001/orders?status=pending');
    expect(text).toContain('Bearer <token>');
    expect(text).toContain('PUT http://localhost:3001/orders/a1/billing');
    expect(flow.tell(parsed(listed))).toEqual([]);
    expect(flow.tell(parsed({ ...billed, path: '/orders/b2/billing' }))).toEqual([]);
  });

  it('counts an order as billed once, and a refused report not at all', () => {
    const refused = { ...billed, path: '/orders/b2/billing', status: 409 };
    expect(tell(billed, billed, refused).flow.billed).toBe(1);
  });

  it('tells each run on a line', () => {
    const { flow, text } = tell(run);
    expect(text).toContain('billing run: 12 pending seen, 12 invoiced  340 ms');
    expect(flow.hasRun).toBe(true);
  });

  it('tells what cannot be billed', () => {
    expect(tell({ ...run, refused: 2 }).text).toContain('12 invoiced, 2 cannot be billed');
  });

  it('tells each batch of reports on a line, with no more than there is to tell', () => {
    expect(tell(reports).text).toContain('reports: 10 acknowledged  56 ms');
    expect(tell({ ...reports, voided: 1, failed: 2, postponed: 3 }).text).toContain(
      'reports: 10 acknowledged, 1 voided, 2 failed, 3 to be tried again  56 ms',
    );
  });

  it('tells every run in a line, idle ones too', () => {
    const { flow } = tell(run, idle);
    expect(flow.tell(parsed(idle))).toHaveLength(1);
    expect(flow.tell(parsed(run))).toHaveLength(1);
  });

  it('tells a failed run with its reason', () => {
    const failed = { ...run, event: 'billing.run.failed', level: 'error', msg: 'no token' };
    expect(tell(failed).text).toContain('billing run failed: no token');
  });
});
