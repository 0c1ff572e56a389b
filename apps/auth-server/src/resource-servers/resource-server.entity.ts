import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An API that access tokens are issued for. */
@Entity('resource_server')
export class ResourceServerEntity {
  @PrimaryColumn({ type: 'text' })
  name!: string;

  /** What clients ask for as `resource` and tokens carry as `aud` (RFC 8707 2, RFC 9068 3). */
  @Column({ type: 'text', unique: true })
  identifier!: string;
}
