import type { Books, InvoiceRow, OrderRow } from './books.ts';

/** Something that must never be, and of what. */
export interface Violation {
  readonly rule: Rule;
  readonly detail: string;
}

/** What must hold once everything has come to rest, whatever was killed. */
export type Rule =
  | 'every placed order is there'
  | 'every order was placed'
  | 'every order is billed'
  | 'every order has one invoice'
  | 'every invoice is of an order'
  | 'every invoice is acknowledged'
  | 'order and invoice agree'
  | 'sums agree'
  | 'numbers have no gaps'
  | 'nothing is left for a person'
  | 'no report is left';

/** Compares both sides, each order and invoice by itself, and in sum. */
export function audit(books: Books): Violation[] {
  return [
    ...placement(books),
    ...billing(books),
    ...acknowledgement(books),
    ...sums(books),
    ...numbering(books),
    ...leftovers(books),
  ];
}

function placement({ placed, orders }: Books): Violation[] {
  const known = new Map(orders.map((order) => [order.id, order]));
  const expected = new Set(placed.map(({ id }) => id));
  return [
    ...placed
      .filter(({ id, total, currency }) => {
        const order = known.get(id);
        return order?.total !== total || order.currency !== currency;
      })
      .map(({ id }) =>
        violation('every placed order is there', `order ${id} is not as it was placed`),
      ),
    ...orders
      .filter(({ id }) => !expected.has(id))
      .map(({ id }) =>
        violation('every order was placed', `order ${id} is nobody's, or there twice`),
      ),
  ];
}

function billing({ orders, invoices }: Books): Violation[] {
  const invoicesOf = Map.groupBy(invoices, ({ orderId }) => orderId);
  const known = new Set(orders.map(({ id }) => id));
  return [
    ...orders.flatMap((order) => billingOf(order, invoicesOf.get(order.id) ?? [])),
    ...invoices
      .filter(({ orderId }) => !known.has(orderId))
      .map(({ id, orderId }) =>
        violation('every invoice is of an order', `invoice ${id} is of no order: ${orderId}`),
      ),
  ];
}

function billingOf(order: OrderRow, invoices: readonly InvoiceRow[]): Violation[] {
  const violations: Violation[] = [];
  if (order.status !== 'billed') {
    violations.push(violation('every order is billed', `order ${order.id} is ${order.status}`));
  }
  if (invoices.length !== 1) {
    const ids = invoices.map(({ id }) => id).join(', ') || 'none';
    violations.push(
      violation('every order has one invoice', `order ${order.id} has ${invoices.length}: ${ids}`),
    );
  }
  for (const invoice of invoices) {
    if (agree(order, invoice)) continue;
    const [here, there] = [describeOrder(order), describeInvoice(invoice)];
    violations.push(violation('order and invoice agree', `${here}, but ${there}`));
  }
  return violations;
}

function agree(order: OrderRow, { id, amount, currency }: InvoiceRow): boolean {
  return order.invoiceId === id && order.total === amount && order.currency === currency;
}

const describeOrder = ({ id, total, currency, invoiceId }: OrderRow) =>
  `order ${id} is of ${total} ${currency}, invoice ${invoiceId ?? 'none'}`;

const describeInvoice = ({ id, amount, currency }: InvoiceRow) =>
  `invoice ${id} is of ${amount} ${currency}`;

function acknowledgement({ invoices }: Books): Violation[] {
  return invoices
    .filter(({ status }) => status !== 'acknowledged')
    .map(({ id, status, failure }) =>
      violation(
        'every invoice is acknowledged',
        `invoice ${id} is ${status}${failure === null ? '' : `: ${failure}`}`,
      ),
    );
}

function sums({ orders, invoices }: Books): Violation[] {
  const billed = orders.filter(({ status }) => status === 'billed');
  const ordered = sumByCurrency(billed.map(({ currency, total }) => [currency, total]));
  const invoiced = sumByCurrency(invoices.map(({ currency, amount }) => [currency, amount]));
  return [...new Set([...ordered.keys(), ...invoiced.keys()])]
    .filter((currency) => ordered.get(currency) !== invoiced.get(currency))
    .map((currency) => {
      const [here, there] = [ordered.get(currency) ?? 0n, invoiced.get(currency) ?? 0n];
      return violation(
        'sums agree',
        `${currency}: ${here} were billed, ${there} invoiced, in its smallest unit`,
      );
    });
}

/** The sums in the smallest unit of each currency, of which each amount has all digits. */
function sumByCurrency(amounts: readonly (readonly [string, string])[]): Map<string, bigint> {
  const sum = new Map<string, bigint>();
  for (const [currency, amount] of amounts) {
    sum.set(currency, (sum.get(currency) ?? 0n) + BigInt(amount.replace('.', '')));
  }
  return sum;
}

function numbering({ invoices, lastNumbers }: Books): Violation[] {
  const names = new Set([...invoices.map(({ series }) => series), ...lastNumbers.keys()]);
  const bySeries = Map.groupBy(invoices, ({ series }) => series);
  return [...names].flatMap((name) =>
    numberingOf(name, bySeries.get(name) ?? [], lastNumbers.get(name) ?? 0),
  );
}

function numberingOf(series: string, invoices: readonly InvoiceRow[], last: number): Violation[] {
  const byNumber = Map.groupBy(invoices, ({ number }) => number ?? 'none');
  const isWanted = (number: number | 'none') =>
    typeof number === 'number' && number >= 1 && number <= last;
  const wanted = Array.from({ length: last }, (_, index) => index + 1);
  const of = (detail: string) => violation('numbers have no gaps', `series ${series}: ${detail}`);
  return [
    ...wanted.filter((number) => !byNumber.has(number)).map((number) => of(`${number} is missing`)),
    ...[...byNumber]
      .filter(([number, { length }]) => length > 1 || !isWanted(number))
      .map(([number, { length }]) =>
        of(`${length} invoices with number ${number}, the last is ${last}`),
      ),
  ];
}

function leftovers({ jobs, refusedOrders }: Books): Violation[] {
  return [
    ...jobs.map(({ queue, state, invoiceId }) =>
      queue === 'failed-reports'
        ? violation('nothing is left for a person', `a dead letter: invoice ${invoiceId}`)
        : violation('no report is left', `the report of invoice ${invoiceId} is ${state}`),
    ),
    ...refusedOrders.map((id) =>
      violation('nothing is left for a person', `order ${id} was refused`),
    ),
  ];
}

function violation(rule: Rule, detail: string): Violation {
  return { rule, detail };
}
