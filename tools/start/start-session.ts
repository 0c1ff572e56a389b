import type { StepReporter } from '../console/step-reporter.mjs';
import { APP_NAMES, startLocalSystem } from '../local-system/index.ts';
import type { LocalSystem } from '../local-system/index.ts';
import { runQuietly } from '../workspace/quiet-command.ts';
import { tscBuild } from '../workspace/tsc.ts';
import { AccessToken } from '../demo-orders/access-token.ts';
import type { StartArguments } from './arguments.ts';
import { BillingSession } from './billing-session.ts';
import { placeOrders } from './order-placement.ts';
import { OrdersClient } from '../demo-orders/orders-client.ts';

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
  const { dataDir, reporter, signal } = options;
  const system = await startLocalSystem({
    dataDir,
    // The worker follows when there is something to bill.
    apps: ['auth-server', 'orders-api'],
    prepare: () =>
      reporter.step('building the apps', 'apps built', () =>
        runQuietly({ ...tscBuild(APP_NAMES.map((app) => `apps/${app}`)), signal }),
      ),
    reporter,
    signal,
  });
  try {
    const client = await orderEntryClient(system, signal);
    await placeOrders(client, args.orders, dataDir, reporter);
    const billing = new BillingSession(system, client, options);
    await (args.once ? billing.runUntilAllIsBilled() : billing.runUntilInterrupted());
  } finally {
    await reporter.step('stopping', 'everything stopped, the data is kept', () => system.stopAll());
  }
}

async function orderEntryClient(system: LocalSystem, signal: AbortSignal): Promise<OrdersClient> {
  const { 'auth-server': issuer, 'orders-api': ordersApi } = system.urls;
  const credentials = await system.credentials('order-entry');
  const token = new AccessToken(credentials, `${issuer}/oauth2/token`, ordersApi);
  return new OrdersClient(ordersApi, token, signal);
}
