import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import type { StoredSigningKey } from './stored-signing-key.js';

const MESSAGES = {
  'signing_key.created': 'made a signing key, to be signed by at once',
  'signing_key.announced': 'made the next signing key and published it',
  'signing_key.brought_forward': 'activated an announced signing key before its time',
  'signing_key.withdrawn': 'withdrew a signing key: what it has signed is not good any more',
  'signing_key.retired': 'deleted the private half of a signing key that has retired',
  'signing_key.reencrypted': 'encrypted a signing key by the current key-encryption key',
} as const;

/** Keeps what is done to signing keys in the audit trail. */
@Injectable()
export class SigningKeyEvents {
  constructor(private readonly audit: AuditTrail) {}

  /**
   * @param manager of the transaction that does it.
   * @param actor the client_id of who did it, or `system`.
   */
  async record(
    manager: EntityManager,
    event: keyof typeof MESSAGES,
    { kid, alg, activatesAt }: StoredSigningKey,
    actor: string,
  ): Promise<void> {
    await this.audit.recordIn(manager, {
      event,
      actor,
      subject: kid,
      outcome: 'success',
      message: MESSAGES[event],
      details: { alg, activates_at: activatesAt.toISOString() },
    });
  }
}
