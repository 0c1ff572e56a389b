import { describe, expect, it } from 'vitest';
import { createRequestContext, runInRequestContext } from '../request-context/request-context.js';
import { createEventLogger } from './event-logger.js';

const SECRET = `cs_${'x'.repeat(43)}`;
const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';

describe('EventLogger', () => {
  it('writes one JSON object a line, with time, level, service, event and message', () => {
    const { logger, lines } = createLog();

    logger.info('order.placed', 'an order\nwas placed', { order_id: '1' });

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[^\n]*\n$/);
    expect(JSON.parse(lines.join(''))).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      service: 'orders-api',
      event: 'order.placed',
      order_id: '1',
      msg: 'an order\nwas placed',
    });
  });

  it('names the request and the trace of the context, across an await', async () => {
    const { logger, lines } = createLog();
    const context = createRequestContext('request-1');

    await runInRequestContext(context, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      logger.warn('a', 'inside');
    });
    logger.warn('b', 'outside');

    const [inside, outside] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(inside).toMatchObject({ request_id: 'request-1', trace_id: context.traceId });
    expect(outside).not.toHaveProperty('request_id');
  });

  it('keeps the fields of a line to that line', () => {
    const { logger, lines } = createLog();
    const context = createRequestContext('request-1');

    runInRequestContext(context, () => {
      logger.info('a', 'the first', { order_id: '1' });
      logger.info('b', 'the second');
    });

    const [, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(second).toMatchObject({ event: 'b', request_id: 'request-1' });
    expect(second).not.toHaveProperty('order_id');
    expect(Object.keys(context.logFields)).toEqual(['request_id', 'trace_id']);
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = createLog('warn');

    logger.info('a', 'quiet');
    logger.debug('b', 'quieter');

    expect(lines).toEqual([]);
  });

  it('cuts credentials out of nested fields, messages and errors (O04)', () => {
    const { logger, lines } = createLog();

    logger.error('failed', `sent Bearer ${TOKEN}`, {
      request: { headers: { authorization: `Basic ${btoa(`worker:${SECRET}`)}` } },
      tries: [{ body: `grant_type=client_credentials&client_secret=hunter2hunter2` }],
      stack: new Error(`cannot use ${SECRET}`).stack,
      database: 'postgres://app:hunter2hunter2@localhost/orders',
    });

    const line = lines.join('');
    expect(line).not.toMatch(/eyJh|cs_x|hunter2/);
    expect(line).not.toContain(btoa(`worker:${SECRET}`));
    expect(() => JSON.parse(line) as unknown).not.toThrow();
  });

  it.each([
    ['a token', TOKEN],
    ['a client secret', SECRET],
    ['a header', 'Bearer opaque-token-of-a-vendor'],
  ])('cuts %s out that follows a line break (O04)', (_kind, credential) => {
    const { logger, lines } = createLog();

    logger.error('failed', `the answer was:\n${credential}\n`);

    expect(lines.join('')).not.toContain(credential);
  });

  it('cuts the value of a field that is named like a credential out (O04)', () => {
    const { logger, lines } = createLog();

    logger.error('failed', 'see the options', { options: { client_secret: 'hunter2hunter2' } });

    expect(lines.join('')).not.toContain('hunter2');
  });
});

function createLog(level = 'debug') {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  return { logger: createEventLogger('orders-api', level, destination), lines };
}
