import { parseArgs } from 'node:util';

const STANDARD_KILLS = 100;
const ORDERS_PER_KILL = 5;
const MOST = 1_000_000;
const GREATEST_SEED = 2 ** 32 - 1;

export const HELP = `Usage: npm run chaos -- [options]

Starts a system of its own and kills its processes by SIGKILL, again and again and several at once: the
billing worker, the orders API, the authorization server and PostgreSQL; at statements and requests between
which something could be lost, before they arrive, as they are carried out, and when their answer is on its
way. Meanwhile orders are placed. In the end both databases are compared: each order must have been billed
exactly once. Exits with 1 if not, or if billing has not come to rest.

Options:
  --kills N    how many processes to kill, ${STANDARD_KILLS} unless given
  --orders N   how many orders to place meanwhile, ${ORDERS_PER_KILL} for each kill unless given
  --seed N     what the kills follow from; another one each time unless given
  --help       show this
`;

export interface ChaosArguments {
  readonly help: boolean;
  readonly kills: number;
  readonly orders: number;
  readonly seed: number;
}

/** The arguments were not understood; the message says which and why. */
export class UsageError extends Error {}

/**
 * Reads the command line of `npm run chaos`.
 *
 * @param anySeed for who gives none.
 */
export function parseChaosArguments(args: readonly string[], anySeed: number): ChaosArguments {
  const { help = false, kills, orders, seed } = parse(args);
  const killCount = kills === undefined ? STANDARD_KILLS : wholeNumber('kills', kills, 1, MOST);
  return {
    help,
    kills: killCount,
    orders:
      orders === undefined ? killCount * ORDERS_PER_KILL : wholeNumber('orders', orders, 1, MOST),
    seed: seed === undefined ? anySeed : wholeNumber('seed', seed, 0, GREATEST_SEED),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        kills: { type: 'string' },
        orders: { type: 'string' },
        seed: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${option} takes a whole number from ${least} to ${most}, not "${text}"`);
}
