import type { SigningAlgorithm } from '@m2m/token-issuance';
import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A signing key, its private half encrypted. */
@Entity('signing_key')
export class SigningKeyEntity {
  @PrimaryColumn({ type: 'text' })
  kid!: string;

  @Column({ type: 'text' })
  alg!: SigningAlgorithm;

  @Column({ name: 'sealed_private_key', type: 'bytea' })
  sealedPrivateKey!: Buffer;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
