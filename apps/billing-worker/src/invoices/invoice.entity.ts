import type { OrderLine } from '@m2m/orders-contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * - `issued`: made here, not yet reported to the orders API.
 * - `acknowledged`: the orders API has recorded it.
 * - `failed`: the orders API will not have it; a person has to look.
 */
export type InvoiceStatus = 'issued' | 'acknowledged' | 'failed';

@Entity('invoice')
export class InvoiceEntity {
  /** A UUID of version 7 (RFC 9562 5.7): in the order of creation. */
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  /** Unique: however often and by however many workers an order is seen, it gets one invoice. */
  @Column({ name: 'order_id', type: 'uuid', unique: true })
  orderId!: string;

  @Column({ type: 'jsonb' })
  lines!: OrderLine[];

  @Column({ type: 'text' })
  currency!: string;

  @Column({ type: 'numeric' })
  amount!: string;

  @Column({ type: 'text' })
  status!: InvoiceStatus;

  /** Why it failed: the code of the API's answer. */
  @Column({ type: 'text', nullable: true })
  failure!: string | null;

  @Column({ name: 'issued_at', type: 'timestamptz' })
  issuedAt!: Date;

  @Column({ name: 'settled_at', type: 'timestamptz', nullable: true })
  settledAt!: Date | null;
}
