import { BenchError } from '../bench-error.ts';
import type { LoggedStatement } from './statement-log.ts';

/** The statements that billing an order takes, and what each is recognised by. */
const PATTERNS = {
  listOrders: /^SELECT .* FROM "customer_order" .*"status" = .* ORDER BY/s,
  markBilled: /^UPDATE customer_order SET status/,
  insertInvoices: /^INSERT INTO invoice \(/,
  numberInvoices: /^WITH series AS \(\s+INSERT INTO invoice_series/,
  enqueueReports: /^\s*INSERT INTO pgboss\.\w+ \(.*'report-invoice' as name/s,
  forgetRefused: /^DELETE FROM refused_order/,
  fetchReports: /^\s*WITH\s+next AS .*'report-invoice'/s,
  findInvoices: /^SELECT .* FROM "invoice" .* IN \(\$1, \$2,/s,
  settleInvoices: /^UPDATE invoice SET status = settled\.status/,
  completeReports: /^\s*WITH\s+input AS .*state = 'completed'/s,
  countInvoices: /^SELECT\s+\(SELECT coalesce\(sum\(last_number\)/,
} as const;

export type StatementName = keyof typeof PATTERNS;

export type BillingStatements = Readonly<Record<StatementName, LoggedStatement>>;

/**
 * Finds them among all that was logged: of each the last one with as much to do as any other.
 *
 * @throws BenchError if one of them is missing.
 */
export function billingStatements(logged: readonly LoggedStatement[]): BillingStatements {
  const find = (name: StatementName): [StatementName, LoggedStatement] => {
    const found = logged.filter(({ text }) => PATTERNS[name].test(text));
    const largest = found.toSorted((a, b) => amountOf(a) - amountOf(b)).at(-1);
    if (!largest) throw new BenchError(`the apps have sent no statement for ${name}`);
    return [name, largest];
  };
  const names = Object.keys(PATTERNS) as StatementName[];
  return Object.fromEntries(names.map(find)) as BillingStatements;
}

/** How much a statement had to do: by what it was given, and by how many rows its plan has seen. */
function amountOf({ parameters, plan }: LoggedStatement): number {
  const rows = [...plan.matchAll(/ rows=([\d.]+) loops/g)].map(([, count]) => Number(count));
  return parameters.join().length + Math.max(0, ...rows);
}
