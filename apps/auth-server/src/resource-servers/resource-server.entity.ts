import {
  Column,
  CreateDateColumn,
  Entity,
  ManyToMany,
  OneToMany,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { ClientEntity } from '../clients/client.entity.js';
import { ScopeEntity } from './scope.entity.js';

/** An API that access tokens are issued for. */
@Entity('resource_server')
export class ResourceServerEntity {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  /** What clients ask for as `resource` and tokens carry as `aud` (RFC 8707 2, RFC 9068 3). */
  @Column({ type: 'text', unique: true })
  identifier!: string;

  /** Counts the changes, for optimistic locking. */
  @Column({ type: 'integer', default: 1 })
  version!: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  /** The client_id of who registered it. */
  @Column({ name: 'created_by', type: 'text', default: 'provisioning' })
  createdBy!: string;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;

  @Column({ name: 'updated_by', type: 'text', default: 'provisioning' })
  updatedBy!: string;

  @OneToMany(() => ScopeEntity, (scope) => scope.resourceServer)
  scopes!: Relation<ScopeEntity[]>;

  /** Who asks about tokens for it (RFC 7662). */
  @ManyToMany(() => ClientEntity, (client) => client.resourceServers)
  introspectionClients!: Relation<ClientEntity[]>;
}
