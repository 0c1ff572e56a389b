import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { anAnswer } from '../flow/a-span.ts';
import type { Run } from '../flow/run.ts';
import { anExport } from '../otlp/an-export.ts';
import { FlowPage } from './flow-page.ts';

const PROTOBUF = { 'content-type': 'application/x-protobuf' };

const STARTED_AT = 1_795_500_000_000;
const A_CALL = anExport(anAnswer({ startMs: STARTED_AT, endMs: STARTED_AT + 7.5 }));

describe('FlowPage', () => {
  let page: FlowPage;

  beforeEach(async () => {
    page = await FlowPage.start(0);
  });

  afterEach(() => page.close());

  const send = (body: Buffer, headers: Record<string, string> = PROTOBUF) =>
    fetch(page.tracesEndpoint, { method: 'POST', headers, body: new Uint8Array(body) });

  /** Reads what the page is told until it says what is looked for. */
  async function told(found: (runs: readonly Run[]) => boolean): Promise<readonly Run[]> {
    const signal = AbortSignal.timeout(10_000);
    const response = await fetch(`${page.url}/runs`, { signal });
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const updates = text
        .split('\n\n')
        .slice(0, -1)
        .filter((part) => part.startsWith('data: '));
      const runs = updates.flatMap(
        (part) => (JSON.parse(part.slice('data: '.length)) as { runs: Run[] }).runs,
      );
      if (found(runs)) return runs;
    }
    throw new Error(`it has said no more than ${text}`);
  }

  it('tells whoever looks at it of a call soon after it was exported', async () => {
    const looking = told((runs) => runs.length > 0);

    expect((await send(A_CALL)).status).toBe(200);

    const [run] = await looking;
    expect(run).toMatchObject({
      title: 'somebody calls orders-api',
      startedAt: STARTED_AT,
      steps: [{ to: 'orders-api', request: 'GET /orders', answer: '200 OK' }],
    });
    expect(run?.durationMs).toBeCloseTo(7.5, 1);
    // And whoever comes later of what was before.
    expect(await told((runs) => runs.length > 0)).toEqual([run]);
  });

  it.each([
    ['what is no export', Buffer.from('hello'), PROTOBUF, 400],
    [
      'what a form of another page could send',
      Buffer.from('a=b'),
      { 'content-type': 'text/plain' },
      415,
    ],
    ['JSON', Buffer.from('{}'), { 'content-type': 'application/json' }, 415],
    ['what is packed', Buffer.alloc(0), { ...PROTOBUF, 'content-encoding': 'gzip' }, 415],
    ['what is too large', Buffer.alloc(9 * 1024 * 1024), PROTOBUF, 413],
  ])('refuses %s', async (_what, body, headers, status) => {
    expect((await send(body, headers)).status).toBe(status);
  });

  it.each([
    ['GET', '/nothing', 404],
    ['GET', '/../flow-page.ts', 404],
    ['GET', '/v1/traces', 404],
    ['POST', '/', 405],
    ['DELETE', '/v1/traces', 405],
  ])('answers %s %s by %i', async (method, path, status) => {
    const { hostname, port } = new URL(page.url);
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      request({ hostname, port, method, path }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(answered).toBe(status);
  });

  it('answers nobody who calls it by the name of somebody else', async () => {
    const { hostname, port } = new URL(page.url);
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: `attacker.example:${port}` };
      request({ hostname, port, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(answered).toBe(421);
  });

  it('ends while somebody looks at it', async () => {
    const response = await fetch(`${page.url}/runs`);

    await page.close();

    expect(await response.text().catch(() => 'cut off')).toBeTypeOf('string');
  });
});
