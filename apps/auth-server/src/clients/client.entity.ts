import type { JSONWebKeySet } from 'jose';
import {
  Column,
  CreateDateColumn,
  Entity,
  JoinTable,
  ManyToMany,
  OneToMany,
  PrimaryColumn,
} from 'typeorm';
import { ResourceServerEntity } from '../resource-servers/resource-server.entity.js';
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

  /** The keys its assertions are verified by (RFC 7591 2); null where it has a secret or publishes them. */
  @Column({ type: 'jsonb', nullable: true })
  jwks!: JSONWebKeySet | null;

  @Column({ name: 'jwks_uri', type: 'text', nullable: true })
  jwksUri!: string | null;

  /** Seconds; null for the server's own setting. */
  @Column({ name: 'access_token_lifetime', type: 'integer', nullable: true })
  accessTokenLifetime!: number | null;

  /** Its tokens issued before this time are revoked. */
  @Column({ name: 'tokens_valid_from', type: 'timestamptz', nullable: true })
  tokensValidFrom!: Date | null;

  /** SHA-256 of the registration access token (RFC 7592 1.2); null where it was not registered that way. */
  @Column({ name: 'registration_token_digest', type: 'bytea', nullable: true })
  registrationTokenDigest!: Buffer | null;

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

  @OneToMany(() => ClientSecretEntity, (secret) => secret.client, { cascade: ['insert'] })
  secrets!: ClientSecretEntity[];

  @ManyToMany(() => ScopeEntity)
  @JoinTable({
    name: 'client_scope',
    joinColumn: { name: 'client_id', referencedColumnName: 'clientId' },
    inverseJoinColumn: { name: 'scope', referencedColumnName: 'name' },
  })
  scopes!: ScopeEntity[];

  /** The resource servers that it asks about tokens for (RFC 7662). */
  @ManyToMany(() => ResourceServerEntity, (server) => server.introspectionClients)
  @JoinTable({
    name: 'resource_server_client',
    joinColumn: { name: 'client_id', referencedColumnName: 'clientId' },
    inverseJoinColumn: { name: 'resource_server', referencedColumnName: 'name' },
  })
  resourceServers!: ResourceServerEntity[];
}
