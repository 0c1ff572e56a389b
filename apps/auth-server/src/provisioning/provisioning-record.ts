import type { AuditEvent } from '../audit/audit-event.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { EntityManager } from 'typeorm';

/** Notes what provisioning has done, in the transaction that does it. */
export type RecordProvisioned = (
  subject: string,
  event: string,
  message: string,
  details?: AuditEvent['details'],
) => Promise<void>;

/** Whom the audit trail and the registry name for what is provisioned. */
const ACTOR = 'provisioning';

export function recordIn(manager: EntityManager, audit: AuditTrail): RecordProvisioned {
  return (subject, event, message, details = {}) =>
    audit.recordIn(manager, {
      event,
      actor: ACTOR,
      subject,
      outcome: 'success',
      message,
      details,
    });
}
