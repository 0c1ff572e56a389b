import { Metrics, type Counter } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { OrderRepository } from './order.repository.js';

/** A scrape may cost no more than this many entries of an index, however many orders wait. */
const COUNTED_AT_MOST = 10_000;

/** Counts what happens to orders, and shows how many wait to be billed. */
@Injectable()
export class OrderMetrics {
  readonly placed: Counter;
  readonly billed: Counter;

  constructor(metrics: Metrics, orders: OrderRepository) {
    this.placed = metrics.counter({ name: 'orders_placed_total', help: 'Orders placed.' });
    this.billed = metrics.counter({ name: 'orders_billed_total', help: 'Orders billed.' });
    const pending = metrics.shared(() => orders.pending(COUNTED_AT_MOST));
    metrics.gauge({
      name: 'orders_pending',
      help: `Orders that are not yet billed, counted up to ${COUNTED_AT_MOST}.`,
      read: async () => (await pending()).count,
    });
    metrics.gauge({
      name: 'orders_oldest_pending_age_seconds',
      help: 'Time since the oldest pending order was placed; 0 if there is none.',
      read: async () => {
        const { oldest } = await pending();
        return oldest ? (Date.now() - oldest.getTime()) / 1_000 : 0;
      },
    });
  }
}
