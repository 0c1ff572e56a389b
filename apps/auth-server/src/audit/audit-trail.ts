import {
  currentRequestContext,
  type EventLogger,
  type Metrics,
  scrub,
} from '@m2m/service-defaults';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditEventEntity } from './audit-event.entity.js';
import type { AuditEvent } from './audit-event.js';
import { PendingAuditEvents } from './pending-audit-events.js';

/** Keeps what was done and what was refused, in the log and in a table (see decision record 0021). */
export class AuditTrail implements OnModuleInit, OnApplicationShutdown {
  private readonly pending: PendingAuditEvents;
  private readonly uncommitted = new WeakMap<QueryRunner, AuditEvent[]>();

  /** @param now milliseconds since the epoch. */
  constructor(
    dataSource: DataSource,
    private readonly logger: EventLogger,
    metrics: Metrics,
    private readonly now: () => number = Date.now,
  ) {
    this.pending = new PendingAuditEvents(dataSource, logger, metrics);
    dataSource.subscribers.push({
      afterTransactionCommit: ({ queryRunner }) => this.logCommitted(queryRunner),
      afterTransactionRollback: ({ queryRunner }) => void this.uncommitted.delete(queryRunner),
    });
  }

  onModuleInit(): void {
    this.pending.start();
  }

  /** By now the last request is answered, and the database is closed after this. */
  async onApplicationShutdown(): Promise<void> {
    await this.pending.stop();
  }

  /** Logs an event at once and stores it a moment later: for what is not a change of the database. */
  record(event: AuditEvent): void {
    this.log(event);
    this.pending.add(this.rowOf(event));
  }

  /** Stores an event in the caller's transaction, so that there is no change without it; logged with the commit. */
  async recordIn(manager: EntityManager, event: AuditEvent): Promise<void> {
    await manager.insert(AuditEventEntity, this.rowOf(event));
    const { queryRunner } = manager;
    if (!queryRunner?.isTransactionActive) {
      this.log(event);
      return;
    }
    this.uncommitted.set(queryRunner, [...(this.uncommitted.get(queryRunner) ?? []), event]);
  }

  private logCommitted(queryRunner: QueryRunner): void {
    // The end of a savepoint inside a transaction is not yet the commit.
    if (queryRunner.isTransactionActive) return;
    for (const event of this.uncommitted.get(queryRunner) ?? []) this.log(event);
    this.uncommitted.delete(queryRunner);
  }

  private log({ event, message, details, ...fields }: AuditEvent): void {
    const level = fields.outcome === 'success' ? 'info' : 'warn';
    this.logger[level](event, message, { ...fields, ...details });
  }

  private rowOf(auditEvent: AuditEvent): AuditEventEntity {
    const { event, actor, subject, outcome, reason, details } = withoutCredentials(auditEvent);
    return {
      id: uuidv7(),
      occurredAt: new Date(this.now()),
      event,
      actor: actor ?? null,
      subject: subject ?? null,
      outcome,
      reason: reason ?? null,
      requestId: currentRequestContext()?.requestId ?? null,
      details: details ?? {},
    };
  }
}

// Who mistakes the fields of a form sends a secret for a client_id. The log is scrubbed the same way.
function withoutCredentials(event: AuditEvent): AuditEvent {
  return JSON.parse(scrub(JSON.stringify(event))) as AuditEvent;
}
