import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('last_run')
export class LastRunEntity {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @Column({ name: 'ended_at', type: 'timestamptz' })
  endedAt!: Date;

  /** When the oldest order was placed that this run found pending. */
  @Column({ name: 'oldest_pending_at', type: 'timestamptz', nullable: true })
  oldestPendingAt!: Date | null;
}
