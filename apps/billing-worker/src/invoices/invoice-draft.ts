import { isAmount, totalOf, type Order, type OrderLine } from '@m2m/orders-contract';
import { v7 as uuidv7 } from 'uuid';
import type { ListedOrder } from '../orders/listed-order.js';

/** An invoice that has no number yet. */
export interface InvoiceDraft {
  readonly id: string;
  readonly orderId: string;
  readonly lines: readonly OrderLine[];
  readonly currency: string;
  readonly amount: string;
}

/** Why no invoice can be made of an order. */
export type OrderFault =
  'malformed_order' | 'malformed_quantity' | 'malformed_amount' | 'total_mismatch';

/** Copies from an order what its invoice needs. @returns what is wrong, rather than a wrong invoice. */
export function draftInvoice(order: ListedOrder): InvoiceDraft | OrderFault {
  if ('fault' in order) return order.fault;
  const fault = faultOf(order);
  if (fault) return fault;
  const { id: orderId, lines, currency, total: amount } = order;
  return { id: uuidv7(), orderId, lines, currency, amount };
}

/** The API has computed the total already; an invoice is too serious to be made of a number that was not looked at. */
function faultOf({ lines, currency, total }: Order): OrderFault | undefined {
  if (!lines.every(({ sku }) => canBeStored(sku))) return 'malformed_order';
  const isWholeQuantity = ({ quantity }: OrderLine) =>
    Number.isSafeInteger(quantity) && quantity > 0;
  if (!lines.every(isWholeQuantity)) return 'malformed_quantity';
  const amounts = [total, ...lines.map(({ unitPrice }) => unitPrice)];
  // An amount has its currency's own number of digits, so one of an unknown currency cannot be one either.
  if (!amounts.every((amount) => isAmount(amount, currency))) return 'malformed_amount';
  return totalOf(lines, currency) === total ? undefined : 'total_mismatch';
}

/** PostgreSQL refuses a NUL and half of a character, and with it all invoices of the page. */
function canBeStored(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}
