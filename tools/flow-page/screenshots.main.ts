import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../browser/index.ts';
import { StepReporter } from '../console/step-reporter.mjs';
import { orderEntryClient } from '../demo-orders/order-entry-client.ts';
import { seedDemoOrders } from '../demo-orders/seeding.ts';
import { forEachApp } from '../local-system/apps.ts';
import { startLocalSystem } from '../local-system/index.ts';
import { exportTo } from '../start/open-flow-page.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { FlowPage } from './index.ts';

const IMAGES = join(WORKSPACE_ROOT, 'docs', 'images');
const SIZE = { width: 960, height: 1_000 };
const PATIENCE_MS = 60_000;
const USAGE_EXIT_CODE = 2;

const HELP = `Usage: npm run screenshots

Takes the pictures of the page of the flow that the README shows, of a system of its own, and writes them to
docs/images. Needs the apps to be built.

Options:
  --help  show this
`;

/** `npm run screenshots`: see HELP. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const [argument] = args;
  if (argument === undefined) await takeAll();
  else if (argument === '--help' || argument === '-h') process.stdout.write(HELP);
  else {
    process.stderr.write(`It takes no arguments.\n\n${HELP}`);
    return USAGE_EXIT_CODE;
  }
  return 0;
}

async function takeAll(): Promise<void> {
  const reporter = new StepReporter();
  const dataDir = await mkdtemp(join(tmpdir(), 'm2m-screenshots-'));
  const page = await FlowPage.start(0);
  const browser = await openBrowser();
  const system = await startLocalSystem({
    dataDir,
    ports: forEachApp(() => 0),
    // The worker follows when there is something to bill.
    apps: ['auth-server', 'orders-api'],
    // One run is to be seen, and no second one on top of it.
    environment: forEachApp(() => ({ ...exportTo(page), BILLING_INTERVAL_SECONDS: '3600' })),
    reporter,
  });
  try {
    const client = await orderEntryClient(system, new AbortController().signal);
    await seedDemoOrders(client, join(dataDir, 'demo-orders-placed'));
    await system.start('billing-worker');
    await mkdir(IMAGES, { recursive: true });
    for (const scheme of ['light', 'dark'] as const) {
      await reporter.step(`taking pictures in ${scheme}`, `pictures in ${scheme} taken`, () =>
        take(browser, page.url, scheme),
      );
    }
  } finally {
    await browser.close();
    await system.stopAll();
    await page.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function take(browser: Browser, url: string, scheme: 'light' | 'dark'): Promise<void> {
  const page = await browser.newPage({
    viewport: SIZE,
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  await page.goto(url);
  const run = page.locator('.run', { hasText: 'PUT /orders' });
  await run.waitFor({ timeout: PATIENCE_MS });
  await page.screenshot({ path: join(IMAGES, `token-${scheme}.png`) });
  await page.locator('summary', { hasText: '/oauth2/token' }).first().click();
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(IMAGES, `flow-${scheme}.png`) });
  await page.close();
}

process.exitCode = await main(process.argv.slice(2));
