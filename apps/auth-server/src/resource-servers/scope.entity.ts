import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
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

  @ManyToOne(() => ResourceServerEntity, (server) => server.scopes)
  @JoinColumn({ name: 'resource_server' })
  resourceServer!: Relation<ResourceServerEntity>;
}
