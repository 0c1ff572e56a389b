import type { DataSource, EntityManager } from 'typeorm';
import type { AuditEvent } from '../audit/audit-event.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { ChangeFeed, ChangeTopic } from '../changes/change-feed.js';
import type { Precondition } from './precondition.js';

/** What is to be changed, by whom, and as of which version. */
export interface ChangeTarget {
  /** What the thing is known by. */
  readonly key: string;
  /** The client_id of who asks for it. */
  readonly actor: string;
  readonly precondition: Precondition;
}

/** Where things are kept that have versions; each method throws a Problem 404 if there is no such thing. */
export interface VersionedRepository<Thing> {
  /** Keeps others from changing a thing until the end of the transaction. @returns its version. */
  lock(key: string, manager: EntityManager): Promise<number>;
  find(key: string, manager: EntityManager): Promise<Thing>;
  /** Notes that a thing has been changed: it is another version from here on. */
  countChange(key: string, actor: string, manager: EntityManager): Promise<void>;
}

/** A thing as a transaction has left it, and what else came of it. */
export interface Outcome<Thing, Result> {
  readonly thing: Thing;
  readonly result: Result;
}

/** A transaction that keeps a record of what is done in it. */
export class RecordedTransaction {
  readonly events: Pick<AuditEvent, 'event' | 'message' | 'details'>[] = [];

  constructor(readonly manager: EntityManager) {}

  /** @param event a stable name such as `client.disabled`; what is not recorded was not done. */
  record(event: string, message: string, details: AuditEvent['details'] = {}): void {
    this.events.push({ event, message, details });
  }
}

/** Changes things one change after the other, each of them whole, counted as a version and on record. */
export class VersionedTransactions<Thing> {
  /** @param topic under which the replicas hear of changes of these things. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly things: VersionedRepository<Thing>,
    private readonly audit: AuditTrail,
    private readonly feed: ChangeFeed,
    private readonly topic: ChangeTopic,
  ) {}

  async create<Result>(
    target: Pick<ChangeTarget, 'key' | 'actor'>,
    work: (transaction: RecordedTransaction) => Promise<Result>,
  ): Promise<Outcome<Thing, Result>> {
    return this.committed(target, async (transaction) => {
      const result = await work(transaction);
      await this.store(transaction, target);
      return { thing: await this.things.find(target.key, transaction.manager), result };
    });
  }

  /**
   * @param work gets the thing as it is before. If it records nothing, nothing is counted as changed.
   * @throws Problem 404, 412 if it is another version than its caller has seen.
   */
  async change<Result>(
    target: ChangeTarget,
    work: (before: Thing, transaction: RecordedTransaction) => Promise<Result>,
  ): Promise<Outcome<Thing, Result>> {
    return this.committed(target, async (transaction) => {
      const { manager, events } = transaction;
      const before = await this.lock(target, manager);
      const result = await work(before, transaction);
      if (events.length === 0) return { thing: before, result };
      await this.things.countChange(target.key, target.actor, manager);
      await this.store(transaction, target);
      return { thing: await this.things.find(target.key, manager), result };
    });
  }

  /**
   * @param work deletes the thing, which it gets as it is before.
   * @throws Problem 404, 412 if it is another version than its caller has seen.
   */
  async delete(
    target: ChangeTarget,
    work: (before: Thing, transaction: RecordedTransaction) => Promise<void>,
  ): Promise<void> {
    await this.committed(target, async (transaction) => {
      await work(await this.lock(target, transaction.manager), transaction);
      await this.store(transaction, target);
    });
  }

  // Who is answered can rely on it here; the other replicas hear of it within a moment.
  private async committed<Result>(
    { key }: Pick<ChangeTarget, 'key'>,
    work: (transaction: RecordedTransaction) => Promise<Result>,
  ): Promise<Result> {
    const result = await this.dataSource.transaction((manager) =>
      work(new RecordedTransaction(manager)),
    );
    this.feed.announce(this.topic, key);
    return result;
  }

  private async lock({ key, precondition }: ChangeTarget, manager: EntityManager): Promise<Thing> {
    precondition.requireMetBy(await this.things.lock(key, manager));
    return this.things.find(key, manager);
  }

  private async store(
    { manager, events }: RecordedTransaction,
    { key, actor }: Pick<ChangeTarget, 'key' | 'actor'>,
  ): Promise<void> {
    for (const event of events) {
      await this.audit.recordIn(manager, { ...event, actor, subject: key, outcome: 'success' });
    }
  }
}
