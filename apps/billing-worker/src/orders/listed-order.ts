import { order, type Order } from '@m2m/orders-contract';
import { z } from 'zod';

/** An order whose representation is not what the API promises, of which no more is known than that it is there. */
export interface UnreadableOrder {
  readonly id: string;
  readonly fault: 'malformed_order';
}

/** An order as the API lists it. */
export type ListedOrder = Order | UnreadableOrder;

const identified = z.object({ id: z.uuid() });

/** A page whose orders are looked at one by one, so that one of them does not keep the others from being billed. */
export const listedOrders = z.object({
  items: z.array(z.unknown()),
  nextCursor: z.string().nullable(),
});

/** @returns undefined for what is not even known by an identifier. */
export function readOrder(item: unknown): ListedOrder | undefined {
  const read = order.safeParse(item);
  if (read.success) return read.data;
  const { data } = identified.safeParse(item);
  return data && { id: data.id, fault: 'malformed_order' };
}
