import {
  Column,
  CreateDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryColumn,
  type Relation,
} from 'typeorm';
import { ClientEntity } from './client.entity.js';

/** A secret of a client, of which only the digest is known. */
@Entity('client_secret')
export class ClientSecretEntity {
  @PrimaryColumn({ type: 'bytea' })
  digest!: Buffer;

  /** Names the secret where the secret itself may not be named. */
  @Column({ name: 'secret_id', type: 'text', unique: true, default: () => 'gen_random_uuid()' })
  secretId!: string;

  @Column({ name: 'client_id', type: 'text' })
  clientId!: string;

  /** Its last characters, by which people tell their secrets apart. */
  @Column({ type: 'text', default: '' })
  hint!: string;

  /** From here on the secret is refused; null for one without an end. */
  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  /** The hour of its last use; null if it has not been used. */
  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;

  @ManyToOne(() => ClientEntity, (client) => client.secrets, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'client_id' })
  client!: Relation<ClientEntity>;
}
