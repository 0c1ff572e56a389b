import { moment } from '../command-line/moment.ts';
import { aligned, table } from '../command-line/table.ts';

/** A JSON object that the worker's program has printed. */
export type Shown = Readonly<Record<string, unknown>>;

export interface FailedDocument {
  readonly invoices: readonly Shown[];
  readonly refusedOrders: readonly Shown[];
}

/** How billing stands, a line for each figure. */
export function summaryText(summary: Shown): string {
  const { queues, lastRunAt, ...counts } = summary;
  const rows = Object.entries(counts).map(([name, count]) => [NAMES[name] ?? name, String(count)]);
  const waiting = (queues as readonly Shown[]).map(({ name, queued, active }) => [
    `queue ${String(name)}`,
    `${String(queued)} waiting, ${String(active)} at work`,
  ]);
  return aligned([...rows, ['last run', moment(lastRunAt)], ...waiting]);
}

const NAMES: Readonly<Record<string, string>> = {
  refusedOrders: 'orders that cannot be billed',
};

/** What waits for a person. */
export function failedText({ invoices, refusedOrders }: FailedDocument): string {
  const texts = [invoiceTable(invoices)];
  if (refusedOrders.length > 0) texts.push(orderTable(refusedOrders));
  return texts.join('\n\n');
}

function invoiceTable(invoices: readonly Shown[]): string {
  const rows = invoices.map((invoice) => [
    String(invoice['id']),
    String(invoice['number']),
    String(invoice['orderId']),
    `${String(invoice['amount'])} ${String(invoice['currency'])}`,
    String(invoice['reason']),
    moment(invoice['failedAt']),
  ]);
  const headings = ['INVOICE', 'NUMBER', 'ORDER', 'AMOUNT', 'REASON', 'FAILED'];
  return table(headings, rows, 'no invoice has failed');
}

function orderTable(orders: readonly Shown[]): string {
  const rows = orders.map((order) => [
    String(order['orderId']),
    String(order['reason']),
    moment(order['refusedAt']),
  ]);
  return table(['ORDER THAT CANNOT BE BILLED', 'REASON', 'SEEN'], rows, '');
}
