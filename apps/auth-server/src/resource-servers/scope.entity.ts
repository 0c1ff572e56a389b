import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { ResourceServerEntity } from './resource-server.entity.js';

/** A scope. Its name is unique over all resource servers, so that asking for it says which one is meant. */
@Entity('scope')
export class ScopeEntity {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  @Column({ name: 'resource_server', type: 'text' })
  resourceServerName!: string;

  @Column({ type: 'text' })
  description!: string;

  @ManyToOne(() => ResourceServerEntity)
  @JoinColumn({ name: 'resource_server' })
  resourceServer!: ResourceServerEntity;
}
