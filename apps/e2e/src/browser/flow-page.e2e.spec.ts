import { openBrowser } from '@m2m/tools/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { brightnessOf, contrastOf } from './page-colours.js';
import { StartCommand } from '../support/start-command.js';
import { runsAsProcesses } from '../support/system.js';

/** A browser may have to be installed first, and a whole system is started. */
const PREPARATION_MS = 480_000;
const PATIENCE_MS = 60_000;

const WORKERS_SECRET = 'billing-worker-client-secret';

describe.runIf(runsAsProcesses)('the page of the flow', () => {
  let browser: Browser;
  let start: StartCommand;
  let address: string;
  let page: Page;
  let requested: string[];
  let complaints: string[];

  beforeAll(async () => {
    [browser, start] = await Promise.all([
      openBrowser(),
      StartCommand.run({ BILLING_INTERVAL_SECONDS: '1' }),
    ]);
    address = await start.printed(/see the flow live at (\S+)/);
  }, PREPARATION_MS);

  afterAll(async () => {
    await browser.close();
    expect(await start.stop()).toBe(0);
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    page.setDefaultTimeout(PATIENCE_MS);
    requested = [];
    complaints = [];
    page.on('request', (request) => requested.push(request.url()));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(address);
  });

  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  const message = (name: string | RegExp) => page.locator('summary', { hasText: name }).first();
  /** What a message holds, once it is open. */
  const contentOf = (name: string | RegExp) =>
    page.locator('details', { has: page.locator('summary', { hasText: name }) }).first();
  const fieldsOf = async (name: string | RegExp, title: string) => {
    const section = contentOf(name).locator('section', { hasText: title }).first();
    const names = await section.locator('dt').allTextContents();
    const values = await section.locator('dd.value').allTextContents();
    return Object.fromEntries(names.map((field, index) => [field, values[index]]));
  };

  it('shows who called whom, in order, with what came back and how long it took', async () => {
    await page.getByRole('heading', { name: 'Billing run' }).first().waitFor();

    const parties = page.getByRole('list', { name: 'The parties, from left to right' });
    expect(await parties.locator('strong').allTextContents()).toEqual([
      'billing-worker',
      'auth-server',
      'orders-api',
    ]);
    expect(await message('POST /oauth2/token').innerText()).toMatch(
      /billing-worker calls auth-server:.*POST \/oauth2\/token.*200 a token for 300 s.*\d ms/s,
    );
    expect(await message('GET /orders').innerText()).toMatch(
      /billing-worker calls orders-api:.*200 OK.*\d ms/s,
    );
    expect(await message('PUT /orders/:id/billing').innerText()).toMatch(
      /and \d+ more like it, .* to .*200 OK/s,
    );
  });

  it('draws an arrow from the lifeline of the one to that of the other, and its answer back', async () => {
    const request = await message('POST /oauth2/token').locator('.request').boundingBox();
    const answer = await message('POST /oauth2/token').locator('.answer').boundingBox();
    const middleOf = async (party: string) => {
      const box = await page.locator('.parties li', { hasText: party }).boundingBox();
      return (box?.x ?? 0) + (box?.width ?? 0) / 2;
    };

    const [worker, server] = [await middleOf('billing-worker'), await middleOf('auth-server')];
    for (const arrow of [request, answer]) {
      expect(Math.abs((arrow?.x ?? 0) - worker)).toBeLessThan(3);
      expect(Math.abs((arrow?.x ?? 0) + (arrow?.width ?? 0) - server)).toBeLessThan(3);
    }
    expect(answer?.y).toBeGreaterThan(request?.y ?? Infinity);
  });

  it('explains the token field by field, each with where it is specified', async () => {
    expect(await contentOf('POST /oauth2/token').getAttribute('open')).not.toBeNull();
    const request = await fieldsOf('POST /oauth2/token', 'What was asked for');
    const header = await fieldsOf('POST /oauth2/token', 'The token’s header');
    const claims = await fieldsOf('POST /oauth2/token', 'The token’s claims');
    const scopes = await fieldsOf('POST /oauth2/token', 'Its scopes');

    expect(request).toMatchObject({
      client_id: 'billing-worker',
      scope: 'orders:read orders:bill',
    });
    expect(header).toMatchObject({ typ: 'at+jwt', alg: 'ES256' });
    expect(Object.keys(claims).sort()).toEqual(
      ['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub'].sort(),
    );
    expect(claims).toMatchObject({ sub: 'billing-worker', scope: 'orders:read orders:bill' });
    expect(Object.keys(scopes)).toEqual(['orders:read', 'orders:bill']);
    const links = contentOf('POST /oauth2/token').getByRole('link');
    expect(await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual(
      expect.arrayContaining([
        'https://www.rfc-editor.org/rfc/rfc9068#section-2.2.3',
        'https://www.rfc-editor.org/rfc/rfc7519#section-4.1.7',
        'https://www.rfc-editor.org/rfc/rfc8693#section-4.3',
      ]),
    );
  });

  it('shows what the guard checked', async () => {
    await message('GET /orders').click();

    const checks = await fieldsOf('GET /orders', 'What the guard checked');
    expect(checks).toMatchObject({ '✓ typ': 'at+jwt', '✓ scope': 'orders:read' });
    expect(Object.keys(checks)).toEqual(
      ['signature', 'typ', 'iss', 'aud', 'exp', 'scope'].map((name) => `✓ ${name}`),
    );
  });

  it('loads nothing from elsewhere, and lets nothing else in', async () => {
    const response = await page.reload();
    await message('POST /oauth2/token').waitFor();

    expect(requested.length).toBeGreaterThan(5);
    expect(requested.filter((url) => !url.startsWith(`${address}/`))).toEqual([]);
    const policy = response?.headers()['content-security-policy'];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  it('can be used by keyboard', async () => {
    await message('GET /orders').waitFor();
    const details = contentOf('GET /orders');
    expect(await details.getAttribute('open')).toBeNull();

    for (let presses = 0; presses < 200; presses++) {
      await page.keyboard.press('Tab');
      const focused = await message('GET /orders').evaluate(
        (summary) => summary === summary.ownerDocument.activeElement,
      );
      if (focused) break;
    }
    await page.keyboard.press('Enter');

    expect(await details.getAttribute('open')).not.toBeNull();
    const outline = await message('GET /orders').evaluate(
      (summary) => getComputedStyle(summary).outlineStyle,
    );
    expect(outline).toBe('solid');
  });

  it('leaves open what is open, and the focus where it is, while more happens', async () => {
    const run = page.locator('.run').first();
    const before = await run.locator('.facts').innerText();
    await run.locator('summary').first().focus();
    await page.keyboard.press('Enter');

    await expect
      .poll(() => run.locator('.facts').innerText(), { timeout: PATIENCE_MS })
      .not.toBe(before);

    expect(await run.locator('details').first().getAttribute('open')).not.toBeNull();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('SUMMARY');
  });

  it.each(['light', 'dark'] as const)('is easy to read in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await message('POST /oauth2/token').waitFor();

    const brightness = await brightnessOf(page.locator('body'));
    expect(brightness).toSatisfy((value: number) =>
      colorScheme === 'light' ? value > 0.8 : value < 0.1,
    );
    for (const selector of [
      'h1',
      '.masthead p',
      '.facts',
      '.offset',
      '.of-answer .text',
      'dt',
      '.note',
      '.source',
      '.took',
    ]) {
      expect(await contrastOf(page.locator(selector).first()), selector).toBeGreaterThan(4.5);
    }
  });

  it('fits a screen of 320 pixels, however much of it is open', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await message('POST /oauth2/token').waitFor();
    await page.evaluate(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
    });

    const { scrollWidth, clientWidth } = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return { scrollWidth, clientWidth };
    });
    expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
    const cut = await page.locator('.text, .value, .parties li').evaluateAll(
      (all) =>
        all.filter((one) => {
          const { left, right } = one.getBoundingClientRect();
          return left < 0 || right > document.documentElement.clientWidth;
        }).length,
    );
    expect(cut).toBe(0);
  });

  it('has headings, landmarks and names for those who hear it', async () => {
    await message('POST /oauth2/token').waitFor();

    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    expect(await page.getByRole('main').count()).toBe(1);
    expect(await page.getByRole('status').innerText()).toBe('Live');
    expect(await page.getByRole('region', { name: 'Billing run' }).count()).toBeGreaterThan(0);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');
  });

  it('shows a wrong secret as what it is, and the way back', async () => {
    const secret = await start.secret(WORKERS_SECRET);
    await start.replaceSecret(WORKERS_SECRET, 'a-wrong-secret');
    await start.kill('billing-worker');

    await message('401 invalid_client').waitFor();
    const problem = page.locator('.problem').first();
    expect(await problem.innerText()).toMatch(
      /invalid_client.*could not show who it is.*secret is wrong.*RFC 6749, 5\.2/s,
    );
    expect(await contrastOf(problem)).toBeGreaterThan(4.5);
    await page.locator('.failure', { hasText: 'AccessRefusedError' }).first().waitFor();
    const text = await page.locator('body').innerText();
    for (const hidden of [secret, 'a-wrong-secret']) expect(text).not.toContain(hidden);

    await start.replaceSecret(WORKERS_SECRET, secret);
    await start.kill('billing-worker');
    const newest = page.locator('.run').first();
    await newest.locator('summary', { hasText: /GET \/orders.*200 OK/s }).waitFor();
  });
});
