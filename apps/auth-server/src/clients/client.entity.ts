import {
  Column,
  CreateDateColumn,
  Entity,
  JoinTable,
  ManyToMany,
  OneToMany,
  PrimaryColumn,
} from 'typeorm';
import { ScopeEntity } from '../resource-servers/scope.entity.js';
import { ClientSecretEntity } from './client-secret.entity.js';
import type { ClientAuthMethod } from './registered-client.js';

@Entity('client')
export class ClientEntity {
  @PrimaryColumn({ name: 'client_id', type: 'text' })
  clientId!: string;

  @Column({ name: 'client_name', type: 'text' })
  clientName!: string;

  @Column({ name: 'token_endpoint_auth_method', type: 'text' })
  authMethod!: ClientAuthMethod;

  @Column({ name: 'grant_types', type: 'text', array: true })
  grantTypes!: string[];

  @Column({ type: 'boolean', default: false })
  disabled!: boolean;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @OneToMany(() => ClientSecretEntity, (secret) => secret.client, { cascade: ['insert'] })
  secrets!: ClientSecretEntity[];

  @ManyToMany(() => ScopeEntity)
  @JoinTable({
    name: 'client_scope',
    joinColumn: { name: 'client_id', referencedColumnName: 'clientId' },
    inverseJoinColumn: { name: 'scope', referencedColumnName: 'name' },
  })
  scopes!: ScopeEntity[];
}
