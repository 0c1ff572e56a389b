import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventLogger } from '@m2m/service-defaults';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import pg from 'pg';

/** What a change is about; its key says which one. */
export type ChangeTopic = 'client' | 'registry' | 'signing_key' | 'throttle';

type Listener = (key: string) => void;

const CHANNEL = 'auth_changes';
/** How long after the sending of a heartbeat that was heard memory may be trusted. */
const LEASE_MS = 1_000;
const HEARTBEAT_MS = 250;
const CONNECT_TIMEOUT_MS = 3_000;
const QUERY_TIMEOUT_MS = 1_000;
const RECONNECT_MS = 500;

/**
 * Hears of every change of what the replicas keep in memory, over a connection of its own that listens to
 * the notifications the database's triggers send.
 *
 * PostgreSQL delivers notifications in the order of their commits. So this sends one to itself four times
 * a second: having heard it, it has heard of all that was committed before it was sent. That also finds out
 * a connection that hangs, and a pooler in between through which notifications do not come.
 */
export class ChangeFeed implements OnModuleInit, OnApplicationShutdown {
  private readonly listeners = new Map<ChangeTopic, Listener[]>();
  private readonly gapListeners: (() => void)[] = [];
  private readonly heartbeatChannel = `auth_heartbeat_${randomBytes(8).toString('hex')}`;
  private readonly stopping = new AbortController();
  private heardUpTo = Number.NEGATIVE_INFINITY;
  private running: Promise<void> = Promise.resolve();
  private connection: pg.Client | undefined;

  /** @param now milliseconds of a clock that never goes back. */
  constructor(
    private readonly databaseUrl: string,
    private readonly logger: EventLogger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether everything that was committed up to a second ago has been heard. */
  get isCurrent(): boolean {
    return this.now() - this.heardUpTo < LEASE_MS;
  }

  /** Calls the listener with the key of each change of a topic. */
  subscribe(topic: ChangeTopic, listener: Listener): void {
    this.listeners.set(topic, [...(this.listeners.get(topic) ?? []), listener]);
  }

  /** Tells this replica at once of a change that it has committed itself; it will hear of it again, like the others. */
  announce(topic: ChangeTopic, key: string): void {
    for (const listener of this.listeners.get(topic) ?? []) listener(key);
  }

  /** Calls the listener when changes may have been missed: whatever is remembered may be outdated. */
  onGap(listener: () => void): void {
    this.gapListeners.push(listener);
  }

  onModuleInit(): void {
    this.running = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.connection?.end().catch(() => undefined);
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.listen();
      } catch (error) {
        this.noteInterruption(error);
        await this.rest(RECONNECT_MS);
      }
    }
  }

  private noteInterruption(error: unknown): void {
    if (this.stopping.signal.aborted) return;
    this.logger.warn('change_feed.interrupted', `listening for changes failed: ${String(error)}`);
  }

  private async listen(): Promise<void> {
    const connection = new pg.Client({
      connectionString: this.databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      keepAlive: true,
    });
    this.connection = connection;
    const lost = new Promise<never>((_resolve, reject) => {
      connection.once('error', reject);
      connection.once('end', () => reject(new Error('the connection was closed')));
    });
    lost.catch(() => undefined);
    try {
      await Promise.race([this.converse(connection), lost]);
    } finally {
      this.heardUpTo = Number.NEGATIVE_INFINITY;
      // One that hangs does not answer the goodbye either.
      await Promise.race([connection.end().catch(() => undefined), pause(QUERY_TIMEOUT_MS)]);
    }
  }

  private async converse(connection: pg.Client): Promise<void> {
    await connection.connect();
    const sent = new Map<string, number>();
    connection.on('notification', ({ channel, payload = '' }) => {
      if (channel === CHANNEL) this.dispatch(payload);
      else this.heartbeatHeard(sent, payload);
    });
    await connection.query(`LISTEN ${CHANNEL}; LISTEN ${this.heartbeatChannel}`);
    for (const listener of this.gapListeners) listener();
    for (let beat = 1; !this.stopping.signal.aborted; beat += 1) {
      sent.set(String(beat), this.now());
      await connection.query('SELECT pg_notify($1, $2)', [this.heartbeatChannel, String(beat)]);
      await this.rest(HEARTBEAT_MS);
      if (sent.size > 1) throw new Error('notifications do not come through');
    }
  }

  private heartbeatHeard(sent: Map<string, number>, beat: string): void {
    this.heardUpTo = sent.get(beat) ?? this.heardUpTo;
    sent.delete(beat);
  }

  private dispatch(payload: string): void {
    const colon = payload.indexOf(':');
    this.announce(payload.slice(0, colon) as ChangeTopic, payload.slice(colon + 1));
  }

  private async rest(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
