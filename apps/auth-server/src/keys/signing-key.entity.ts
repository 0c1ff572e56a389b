import type { SigningAlgorithm } from '@m2m/token-issuance';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { StoredSigningKey } from './stored-signing-key.js';

@Entity('signing_key')
export class SigningKeyEntity implements StoredSigningKey {
  @PrimaryColumn({ type: 'text' })
  kid!: string;

  @Column({ type: 'text' })
  alg!: SigningAlgorithm;

  @Column({ name: 'sealed_private_key', type: 'bytea', nullable: true })
  sealedPrivateKey!: Buffer | null;

  @Column({ name: 'kek_id', type: 'text', nullable: true })
  kekId!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ name: 'activates_at', type: 'timestamptz' })
  activatesAt!: Date;

  @Column({ name: 'withdrawn_at', type: 'timestamptz', nullable: true })
  withdrawnAt!: Date | null;
}
