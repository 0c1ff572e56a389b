import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('last_run')
export class LastRunEntity {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @Column({ name: 'ended_at', type: 'timestamptz' })
  endedAt!: Date;
}
