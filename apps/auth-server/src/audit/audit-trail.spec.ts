import {
  createEventLogger,
  dataSourceOptions,
  Metrics,
  runJob,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, TestClock, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterEach, beforeAll, beforeEach, afterAll, describe, expect, inject, it } from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import type { AuditEvent } from './audit-event.js';
import { AuditTrail } from './audit-trail.js';

const failure: AuditEvent = {
  event: 'client_authentication.failed',
  actor: undefined,
  subject: 'worker',
  outcome: 'failure',
  reason: 'wrong_secret',
  message: 'refused a client',
  details: { auth_method: 'client_secret_basic' },
};

const change: AuditEvent = {
  event: 'client.disabled',
  actor: 'operator',
  subject: 'worker',
  outcome: 'success',
  message: 'disabled a client',
};

describe('AuditTrail', () => {
  const clock = new TestClock();
  let database: TestDatabase;
  let dataSource: DataSource;
  let lines: string[];
  let audit: AuditTrail;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    await runMigrations({ ...authDatabase, url: database.url });
  });

  beforeEach(async () => {
    const options = dataSourceOptions({ ...authDatabase, url: database.url });
    dataSource = await new DataSource(options).initialize();
    lines = [];
    const logger = createEventLogger('auth', 'info', { write: (line) => void lines.push(line) });
    audit = new AuditTrail(dataSource, logger, new Metrics('auth-server'), clock.now);
    await dataSource.query('TRUNCATE audit_event');
  });

  afterEach(async () => {
    await dataSource.destroy();
  });

  afterAll(async () => {
    await database.drop();
  });

  it('O04: keeps who, what, outcome, reason, time and request, in the log and in the table', async () => {
    let requestId: unknown;
    await runJob('a request', async () => {
      audit.record(failure);
      requestId = logged()[0]?.['request_id'];
    });
    await audit.onApplicationShutdown();

    expect(requestId).toMatch(/^[\w-]{36}$/);
    expect(logged()).toEqual([
      expect.objectContaining({
        level: 'warn',
        event: 'client_authentication.failed',
        subject: 'worker',
        outcome: 'failure',
        reason: 'wrong_secret',
        auth_method: 'client_secret_basic',
        msg: 'refused a client',
      }),
    ]);
    expect(await rows()).toEqual([
      {
        id: expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
        occurred_at: new Date(clock.now()),
        event: 'client_authentication.failed',
        actor: null,
        subject: 'worker',
        outcome: 'failure',
        reason: 'wrong_secret',
        request_id: requestId,
        details: { auth_method: 'client_secret_basic' },
      },
    ]);
  });

  it('O04: stores nothing that looks like a credential, whatever field it came in by', async () => {
    const secret = 'cs_0123456789abcdefghijklmnop';
    const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln';
    audit.record({ ...failure, subject: secret, details: { note: token, client_secret: 'plain' } });
    await audit.onApplicationShutdown();

    const [row] = await rows();
    expect(row).toMatchObject({ subject: 'cs_[client secret]', details: { note: 'eyJ[token]' } });
    expect(JSON.stringify(row) + lines.join('')).not.toMatch(/cs_0123|eyJh|plain/);
  });

  it('takes whatever looks like a credential together with the escape in front of it', async () => {
    for (const subject of ['\rat_0123456789abcdefghij', '\u001cs_0123456789abcdefghij']) {
      audit.record({ ...failure, subject });
    }
    await audit.onApplicationShutdown();

    expect(logged()).toHaveLength(2);
    expect(JSON.stringify(await rows())).not.toContain('0123456789');
  });

  it('stores a change with its transaction and logs it once that is committed', async () => {
    await dataSource.transaction(async (manager) => {
      await audit.recordIn(manager, change);
      await manager.transaction((nested) =>
        audit.recordIn(nested, { ...change, event: 'client_secret.created' }),
      );
      expect(logged()).toEqual([]);
    });

    expect(logged().map(({ event, actor }) => [event, actor])).toEqual([
      ['client.disabled', 'operator'],
      ['client_secret.created', 'operator'],
    ]);
    expect(await rows()).toHaveLength(2);
  });

  it('knows nothing of a change that was rolled back', async () => {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await audit.recordIn(runner.manager, change);
    await runner.rollbackTransaction();
    await runner.startTransaction();
    await runner.commitTransaction();
    await runner.release();

    expect(logged()).toEqual([]);
    expect(await rows()).toEqual([]);
  });

  it('stores outside of a transaction too', async () => {
    await audit.recordIn(dataSource.manager, change);

    expect(logged()).toHaveLength(1);
    expect(await rows()).toHaveLength(1);
  });

  function logged(): Record<string, unknown>[] {
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  function rows(): Promise<object[]> {
    return dataSource.query('SELECT * FROM audit_event ORDER BY id');
  }
});
