import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser } from '../browser/index.ts';
import { anAnswer, aQuery, aRequest, aSpan } from './flow/a-span.ts';
import { FlowPage } from './index.ts';
import { anExport } from './otlp/an-export.ts';
import type { Span } from './otlp/span.ts';

/** A browser may have to be installed first. */
const PREPARATION_MS = 300_000;
/** For each step of a test, on a machine whose processors have other work. */
const PATIENCE_MS = 60_000;

describe('the page of the flow, as a browser shows it', { timeout: 5 * PATIENCE_MS }, () => {
  let browser: Browser;
  let server: FlowPage;
  let page: Page;

  beforeAll(async () => {
    browser = await openBrowser();
    server = await FlowPage.start(0);
  }, PREPARATION_MS);

  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  beforeEach(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    await page.goto(server.url);
  }, 2 * PATIENCE_MS);

  afterEach(() => page.close(), PATIENCE_MS);

  async function send(...spans: readonly Span[]): Promise<void> {
    const headers = { 'content-type': 'application/x-protobuf' };
    const body = new Uint8Array(anExport(...spans));
    await fetch(server.tracesEndpoint, { method: 'POST', headers, body });
  }

  it('shows a call between its request and its answer, from the right to the left too', async () => {
    const traceId = 'nested';
    await send(
      aRequest({ traceId, spanId: 'r', endMs: 40 }),
      anAnswer({ traceId, spanId: 'a', parentSpanId: 'r', startMs: 1, endMs: 39 }),
      aRequest({ traceId, spanId: 'k', parentSpanId: 'a', service: 'orders-api', startMs: 2 }),
      anAnswer({ traceId, spanId: 'j', parentSpanId: 'k', service: 'auth-server', startMs: 3 }),
    );

    const wires = page.locator('.run').first().locator('.line');
    await wires.nth(3).waitFor();
    const boxes = await Promise.all([0, 1, 2, 3].map((index) => wires.nth(index).boundingBox()));
    const tops = boxes.map((box) => box?.y ?? 0);
    expect(tops).toEqual(tops.toSorted((a, b) => a - b));
    expect(
      await Promise.all([0, 1, 2, 3].map((at) => wires.nth(at).getAttribute('class'))),
    ).toEqual([
      'line request to-right',
      'line request to-left',
      'line answer to-right',
      'line answer to-left',
    ]);
  });

  it('names a service without a lifeline, and draws its calls one line below the other', async () => {
    const traceId = 'outsider';
    await send(
      anAnswer({ traceId, spanId: 'p', service: 'payments-api', endMs: 9 }),
      aQuery({ traceId, service: 'payments-api', parentSpanId: 'p' }),
    );

    await page.getByText('calls payments-api: ').waitFor();
    const run = page.locator('.run').first();
    const parts = ['.label', '.line.request', '.label.of-answer', '.line.answer'];
    const boxes = await Promise.all(parts.map((part) => run.locator(part).first().boundingBox()));
    const tops = boxes.map((box) => box?.y ?? 0);
    expect(tops).toEqual([...new Set(tops)].toSorted((a, b) => a - b));
  });

  it('leaves open what is open, and the focus where it is, when more becomes known', async () => {
    const traceId = 'growing';
    await send(aRequest({ traceId, spanId: 'r1', attributes: { 'url.full': 'http://a/first' } }));
    const first = page.locator('details', { hasText: 'GET /first' });
    await first.locator('summary').focus();
    await page.keyboard.press('Enter');

    await send(
      aRequest({
        traceId,
        spanId: 'r2',
        startMs: 9,
        attributes: { 'url.full': 'http://a/second' },
      }),
    );
    await page.getByText('GET /second').waitFor();

    expect(await first.getAttribute('open')).not.toBeNull();
    expect(await first.locator('summary:focus').count()).toBe(1);
  });

  it('takes nothing that a span says for markup', async () => {
    const route = '/<img src=x onerror=document.title=1><b>bold</b>';
    await send(anAnswer({ traceId: 'markup', attributes: { 'http.route': route } }));

    await page.getByText(`GET ${route}`).waitFor();
    expect(await page.locator('img, b').count()).toBe(0);
  });

  it('counts runs that are alike, and says of one that has failed why', async () => {
    const run = (traceId: string, failed: boolean) => [
      aSpan({ traceId, spanId: 'job', failed, attributes: { 'error.type': 'AccessRefusedError' } }),
      aRequest({ traceId, spanId: 'r', parentSpanId: 'job', status: failed ? 401 : 200 }),
      aQuery({ traceId, service: 'billing-worker', parentSpanId: 'job' }),
    ];
    await send(...run('one', false), ...run('two', false), ...run('three', true));

    await page.getByText('failed: AccessRefusedError').waitFor();
    await page.getByText(/the same again once, last at \d\d:\d\d:\d\d/).waitFor();
  });

  it('finds back to the server when that comes back, and says so meanwhile', async () => {
    const { port } = new URL(server.url);
    await page.getByText('Live').waitFor();
    await server.close();
    await page.getByText('Not connected; trying again').waitFor();

    server = await FlowPage.start(Number(port));
    await page.getByText('Live').waitFor();
    await page.getByText('Nobody has called anybody yet.').waitFor();
  });
});
