import { openBrowser } from '@m2m/tools/browser';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { credentialsOf, type Credentials } from '../support/credentials.js';
import { accessTokenFor } from '../support/oauth.js';
import { listOrders, placeOrder, type OrderPage } from '../support/orders.js';
import { runsAsProcesses, system } from '../support/system.js';

/** A browser may have to be installed first. */
const PREPARATION_MS = 300_000;
const PATIENCE_MS = 20_000;

describe.runIf(runsAsProcesses)('the documentation of the orders-api, in a browser', () => {
  let browser: Browser;
  let reader: Credentials;
  let page: Page;
  let requested: URL[];
  let complaints: string[];

  beforeAll(async () => {
    browser = await openBrowser();
    reader = await credentialsOf('e2e-reader');
    await placeOrder(await accessTokenFor('e2e-basic'));
  }, PREPARATION_MS);

  afterAll(() => browser.close());

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    page.setDefaultTimeout(PATIENCE_MS);
    requested = [];
    complaints = [];
    page.on('request', (request) => requested.push(new URL(request.url())));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${system.ordersApi}/docs`);
  });

  afterEach(async () => {
    await page.close();
    const elsewhere = requested.filter(
      ({ protocol, origin }) =>
        protocol !== 'data:' && origin !== system.ordersApi && origin !== system.authServer,
    );
    expect(elsewhere.map(String)).toEqual([]);
    // A browser complains of each answer that is an error, and these are asked for.
    expect(complaints.filter((text) => !/the server responded with .* 401/.test(text))).toEqual([]);
  });

  const dialog = () => page.locator('.modal-ux');

  /** Asks for a token as somebody does who reads the page. */
  async function authorise({ client_id, client_secret }: Credentials, scope: string) {
    await page.locator('.scheme-container').getByRole('button', { name: 'Authorize' }).click();
    await dialog().getByLabel('client_id:').fill(client_id);
    await dialog().getByLabel('client_secret:').fill(client_secret);
    // The box itself is hidden, and drawn by its label.
    await dialog().locator('.checkbox label', { hasText: scope }).click();
    expect(await dialog().locator('input:checked').getAttribute('data-value')).toBe(scope);
    await dialog().getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
  }

  /** Calls an operation without parameters of one's own. @returns what the page shows of the answer. */
  async function tryOut(path: string): Promise<Locator> {
    const operation = page.locator('.opblock-get', {
      has: page.locator(`[data-path="${path}"]`),
    });
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.getByRole('button', { name: 'Execute' }).click();
    return operation.locator('.live-responses-table tbody tr');
  }

  const statusIn = (answer: Locator) => answer.locator('.response-col_status').innerText();
  const bodyIn = async (answer: Locator) =>
    JSON.parse(await answer.locator('.highlight-code code').first().innerText()) as unknown;

  it('gets a token for a client and lists orders by it', async () => {
    await authorise(reader, 'orders:read');
    await dialog().getByRole('button', { name: 'Remove authorization' }).waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();

    const answer = await tryOut('/orders');

    expect(await statusIn(answer)).toBe('200');
    const { items } = (await bodyIn(answer)) as OrderPage;
    const oldest = await listOrders(await accessTokenFor('e2e-reader'), { limit: '1' });
    expect(items[0]).toEqual(oldest.items[0]);
    expect(requested.map(({ origin }) => origin)).toContain(system.authServer);
  });

  it('shows that the orders are not for those without a token', async () => {
    const answer = await tryOut('/orders');

    expect(await statusIn(answer)).toBe('401');
    expect(await bodyIn(answer)).toMatchObject({ status: 401 });
    expect(requested.map(({ origin }) => origin)).not.toContain(system.authServer);
  });

  it('shows why there is no token for a wrong secret', async () => {
    await authorise({ ...reader, client_secret: 'a-wrong-secret' }, 'orders:read');

    await dialog().locator('.errors', { hasText: 'invalid_client' }).waitFor();
    await dialog().getByRole('button', { name: 'Close' }).click();
    expect(await statusIn(await tryOut('/orders'))).toBe('401');
  });
});
