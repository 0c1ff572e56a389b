import type { StepReporter } from '../console/step-reporter.mjs';
import type { FlowPage } from '../flow-page/index.ts';
import { forEachApp } from '../local-system/apps.ts';
import { APP_NAMES, startLocalSystem } from '../local-system/index.ts';
import { orderEntryClient } from '../demo-orders/order-entry-client.ts';
import { runQuietly } from '../workspace/quiet-command.ts';
import { tscBuild } from '../workspace/tsc.ts';
import type { StartArguments } from './arguments.ts';
import { BillingSession } from './billing-session.ts';
import { exportTo, openFlowPage } from './open-flow-page.ts';
import { placeOrders } from './order-placement.ts';

export interface StartSessionOptions {
  readonly dataDir: string;
  readonly reporter: StepReporter;
  readonly signal: AbortSignal;
}

/**
 * One `npm start`, from the build to the end of everything it has started: on request, or with
 * `once` when all orders are billed.
 */
export async function runStartSession(
  args: StartArguments,
  options: StartSessionOptions,
): Promise<void> {
  // What ends by itself is over before anybody has opened a page.
  const page = args.once ? undefined : await openFlowPage(process.env, options.reporter);
  try {
    await runSystem(args, options, page);
  } finally {
    await page?.close();
  }
}

async function runSystem(
  args: StartArguments,
  options: StartSessionOptions,
  page: FlowPage | undefined,
): Promise<void> {
  const { dataDir, reporter, signal } = options;
  const system = await startLocalSystem({
    dataDir,
    // The worker follows when there is something to bill.
    apps: APP_NAMES.filter((name) => name !== 'billing-worker'),
    prepare: () =>
      reporter.step('building the apps', 'apps built', () =>
        runQuietly({ ...tscBuild(APP_NAMES.map((app) => `apps/${app}`)), signal }),
      ),
    ...(page && { environment: forEachApp(() => exportTo(page)) }),
    reporter,
    signal,
  });
  try {
    const client = await orderEntryClient(system, signal);
    await placeOrders(client, args.orders, dataDir, reporter);
    const billing = new BillingSession(system, client, options, page?.url);
    await (args.once ? billing.runUntilAllIsBilled() : billing.runUntilInterrupted());
  } finally {
    await reporter.step('stopping', 'everything stopped, the data is kept', () => system.stopAll());
  }
}
