import { parseArgs } from 'node:util';

const MOST_ORDERS = 1_000_000;

export const HELP = `Usage: npm start [-- options]

Starts the whole system on this machine: an embedded PostgreSQL and the three apps as processes.
Prepares what is missing, seeds demo orders at the first start, and shows how the billing worker
gets its token and bills them. Stays up until Ctrl-C; the data is kept in .data/.

Options:
  --once       stop everything, and exit with 0, once no order is pending;
               exit with 1, and say why, if that takes more than 120 s
  --orders N   place N further orders first, 1 to ${MOST_ORDERS.toLocaleString('en')}
  --help       show this

Environment:
  AUTH_SERVER_PORT, ORDERS_API_PORT, BILLING_WORKER_PORT   instead of 3000, 3001 and 3002
  FLOW_PAGE_PORT                                           instead of 3003; off for no page of the flow
  M2M_DATA_DIR                                             instead of .data
  LOG_LEVEL, ACCESS_TOKEN_LIFETIME_SECONDS, SIGNING_KEY_ALGORITHM, SIGNING_KEY_ROTATION_SECONDS,
  SIGNING_KEY_ANNOUNCEMENT_SECONDS, BILLING_INTERVAL_SECONDS,
  BILLING_REPORT_ATTEMPTS, BILLING_INVOICE_ISSUER, API_DOCS, AUDIT_RETENTION_DAYS,
  CLIENT_AUTHENTICATION_FAILURES_PER_MINUTE, AUTH_SWEEP_INTERVAL_SECONDS
                                                           are passed on to the apps
`;

export interface StartArguments {
  readonly help: boolean;
  readonly once: boolean;
  /** How many orders to place besides the demo's; 0 for none. */
  readonly orders: number;
}

/** The arguments were not understood; the message says which and why. */
export class UsageError extends Error {}

/** Reads the command line of `npm start`. */
export function parseStartArguments(args: readonly string[]): StartArguments {
  const { help = false, once = false, orders } = parse(args).values;
  return { help, once, orders: orders === undefined ? 0 : orderCount(orders) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        once: { type: 'boolean' },
        orders: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function orderCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MOST_ORDERS) return count;
  const most = MOST_ORDERS.toLocaleString('en');
  throw new UsageError(`--orders takes a whole number from 1 to ${most}, not "${text}"`);
}
