import { describe, expect, it } from 'vitest';
import { fetchJson, NoAnswerError } from './fetch-json.js';

const KEYS = 'https://auth.example/jwks';
const MOST_BYTES = 256 * 1024;

describe('fetchJson', () => {
  const fetched = (text: string, init: ResponseInit = {}, mostBytes?: number) =>
    fetchJson(async () => new Response(text, init), KEYS, undefined, mostBytes);

  const ageOf = async (headers: Record<string, string>) =>
    (await fetched('{}', { headers })).maxAgeSeconds;

  it('takes a body up to its limit and none beyond', async () => {
    const padded = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;

    expect(Object.keys((await fetched(padded(MOST_BYTES))).body)).toEqual(['a']);
    await expect(fetched(padded(MOST_BYTES + 1))).rejects.toThrow(
      `${KEYS} answered more than ${MOST_BYTES} bytes`,
    );
    await expect(fetched(padded(MOST_BYTES + 1), {}, MOST_BYTES + 1)).resolves.toBeDefined();
  });

  it('reads characters that come in pieces', async () => {
    const [first, second] = [Buffer.from('{"a":"é"}').subarray(0, 7), Buffer.from('{"a":"é"}')];
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(first);
        controller.enqueue(second.subarray(7));
        controller.close();
      },
    });

    await expect(fetchJson(async () => new Response(body), KEYS)).resolves.toMatchObject({
      body: { a: 'é' },
    });
  });

  it.each(['[]', 'null', '"text"', '1', '', '{'])('takes no %j', async (text) => {
    await expect(fetched(text)).rejects.toThrow(`${KEYS} answered something else`);
  });

  it.each([
    [{}, undefined],
    [{ 'cache-control': 'no-store' }, undefined],
    [{ 'cache-control': 'max-age=60' }, 60],
    [{ 'cache-control': 'public, Max-Age=60' }, 60],
    [{ 'cache-control': 's-maxage=60' }, undefined],
    [{ 'cache-control': 'x-max-age=60' }, undefined],
    [{ 'cache-control': 'max-age=60', age: '20' }, 40],
    [{ 'cache-control': 'max-age=60', age: '90' }, 0],
    [{ 'cache-control': 'max-age=60', age: 'x' }, 60],
    [{ 'cache-control': 'max-age=60', age: '-20' }, 60],
    [{ 'cache-control': 'max-age=60', age: '20 s' }, 60],
  ])('RFC 9111 4.2: with %j it is good for %s seconds', async (headers, seconds) => {
    expect(await ageOf(headers)).toBe(seconds);
  });

  it('says of no answer why, by the code where there is one', async () => {
    const failing = (error: unknown) =>
      fetchJson(async () => {
        throw error;
      }, KEYS);
    const refused = new TypeError('fetch failed', {
      cause: { code: 'ECONNREFUSED', message: 'x' },
    });
    const redirected = new TypeError('fetch failed', { cause: new Error('unexpected redirect') });
    const late = new DOMException('…', 'TimeoutError');

    await expect(failing(refused)).rejects.toThrow(`${KEYS} gave no answer: ECONNREFUSED`);
    await expect(failing(redirected)).rejects.toThrow('gave no answer: unexpected redirect');
    await expect(failing(late)).rejects.toThrow('gave no answer: TimeoutError');
    await expect(failing({})).rejects.toThrow('gave no answer: no reason given');
    await expect(failing(refused)).rejects.toBeInstanceOf(NoAnswerError);
  });

  it('follows no redirect, and asks for JSON', async () => {
    const asked: RequestInit[] = [];
    await fetchJson(
      async (_url, init) => {
        asked.push(init);
        return Response.json({});
      },
      KEYS,
      { method: 'POST', headers: { authorization: 'Basic x' }, body: 'a=b' },
    );

    expect(asked).toMatchObject([
      {
        method: 'POST',
        body: 'a=b',
        redirect: 'error',
        headers: { accept: 'application/json', authorization: 'Basic x' },
      },
    ]);
  });
});
