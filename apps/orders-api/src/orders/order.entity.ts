import type { OrderLine, OrderStatus } from '@m2m/orders-contract';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('customer_order')
export class OrderEntity {
  /** A UUID of version 7 (RFC 9562 5.7): in the order of creation, which lists are paged by. */
  @PrimaryColumn({ type: 'uuid' })
  id!: string;

  @Column({ name: 'customer_id', type: 'text' })
  customerId!: string;

  @Column({ type: 'jsonb' })
  lines!: OrderLine[];

  @Column({ type: 'text' })
  currency!: string;

  /** A numeric keeps the digits it was written with, so an amount is read back as it was computed. */
  @Column({ type: 'numeric' })
  total!: string;

  @Column({ type: 'text' })
  status!: OrderStatus;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'invoice_id', type: 'text', nullable: true })
  invoiceId!: string | null;

  @Column({ name: 'billed_at', type: 'timestamptz', nullable: true })
  billedAt!: Date | null;
}
