import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** What a client's idempotency key was used for, and the answer it got. */
@Entity('idempotency_key')
export class IdempotencyKeyEntity {
  /** Keys are their client's own: two clients may use the same one. */
  @PrimaryColumn({ name: 'client_id', type: 'text' })
  clientId!: string;

  @PrimaryColumn({ type: 'text' })
  key!: string;

  @Column({ name: 'request_digest', type: 'bytea' })
  requestDigest!: Buffer;

  @Column({ type: 'jsonb', nullable: true })
  answer!: object | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
