import type { OrderLine } from '@m2m/orders-contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * - `issued`: made here, not yet reported to the orders API.
 * - `acknowledged`: the orders API has recorded it.
 * - `voided`: its order has been cancelled. It keeps its number.
 * - `failed`: it could not be reported; a person has to look.
 */
export type InvoiceStatus = 'issued' | 'acknowledged' | 'voided' | 'failed';

@Entity('invoice')
export class InvoiceEntity {
  /** A UUID of version 7 (RFC 9562 5.7). */
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

  /** Why it failed: the code of the API's answer, or of our own. */
  @Column({ type: 'text', nullable: true })
  failure!: string | null;

  /** Whose invoice it is; with `year` the series that `number` is of. */
  @Column({ type: 'text' })
  issuer!: string;

  @Column({ type: 'integer' })
  year!: number;

  /** Without gaps in its series. Null only within the transaction that makes the invoice. */
  @Column({ type: 'integer', nullable: true })
  number!: number | null;

  /** How often its report has failed for a reason that passes. */
  @Column({ type: 'integer', default: 0 })
  attempts!: number;

  @Column({ name: 'issued_at', type: 'timestamptz' })
  issuedAt!: Date;

  @Column({ name: 'settled_at', type: 'timestamptz', nullable: true })
  settledAt!: Date | null;
}
