import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { TestClock } from '@m2m/testing';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { IssuerClient } from './issuer-client.js';
import { tokenFailureReasons, TokenRequestError } from './token-request-error.js';
import { TokenProvider } from './token-provider.js';

/** The same cases at each run; a failure names the one it was. */
const SEED = 6749;
const RUNS = 200;
const TIMEOUT_MS = 10_000;

const SECRET = 'secret-of-the-client';
/** Something that an issuer has written, and that nobody else may repeat. */
const CANARY = 'canary-of-the-issuer';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether it ends in order, is cut off, or goes on for ever. */
  readonly ending: 'whole' | 'cut' | 'endless';
}

const oddText = fc.oneof(
  fc.constantFrom('', CANARY, SECRET, 'Bearer', 'invalid_client', '__proto__', '\u0000\r\n\u2028'),
  fc.string({ unit: 'binary', maxLength: 200 }),
);
const oddValue = fc.oneof(
  oddText,
  fc.constantFrom(null, true, 0, -1, Infinity, 1e21, 0.1, 2 ** 53, [], {}, [[]], { error: CANARY }),
  fc.double(),
  fc.jsonValue({ maxDepth: 4 }),
);
const mostly = (value: unknown) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: oddValue });
const likelyObject = fc.record(
  {
    access_token: mostly('a.token'),
    token_type: mostly('Bearer'),
    expires_in: mostly(300),
    scope: oddValue,
    error: oddValue,
    error_description: oddValue,
    issuer: oddValue,
    token_endpoint: oddValue,
  },
  { requiredKeys: [] },
);
const bytes = fc.oneof(
  { weight: 6, arbitrary: likelyObject.map((value) => Buffer.from(JSON.stringify(value))) },
  { weight: 2, arbitrary: oddValue.map((value) => Buffer.from(JSON.stringify(value))) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 2_000 }).map((raw) => Buffer.from(raw)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      Buffer.from('['.repeat(250_000)),
      Buffer.from(`${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`),
      Buffer.alloc(300 * 1024, ' '),
      // A small answer that becomes a large one.
      gzipSync(Buffer.alloc(8 * 1024 * 1024, ' ')),
    ),
  },
);
const headerValue = fc.oneof(
  fc.constantFrom('0', '7', '99999999999', '-1', 'soon', CANARY, new Date(0).toUTCString()),
  fc.stringMatching(/^[\x20-\x7e]{0,100}$/),
);
const oddHeaders = fc.record(
  {
    'content-type': fc.oneof(fc.constant('application/json'), headerValue),
    'content-encoding': fc.constantFrom('gzip', 'br', 'deflate', 'identity', 'nonsense'),
    'retry-after': headerValue,
    'www-authenticate': headerValue,
    location: fc.oneof(fc.constant('/token'), headerValue),
    'set-cookie': headerValue,
    'x-large': fc.constantFrom('x'.repeat(10_000), 'x'.repeat(20_000)),
  },
  { requiredKeys: [] },
);
const headers = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: oddHeaders },
);
const answer: fc.Arbitrary<Answer> = fc.record({
  status: fc.oneof(
    { weight: 2, arbitrary: fc.constant(200) },
    { weight: 1, arbitrary: fc.constantFrom(400, 401, 429, 503) },
    { weight: 1, arbitrary: fc.integer({ min: 200, max: 999 }) },
  ),
  headers,
  body: bytes,
  ending: fc.oneof(
    { weight: 8, arbitrary: fc.constant('whole' as const) },
    { weight: 1, arbitrary: fc.constantFrom('cut' as const, 'endless' as const) },
  ),
});

describe('a client of a hostile issuer', () => {
  let server: Server;
  let url: string;
  let atMetadata: Answer | undefined;
  let atToken: Answer;
  /** How the runs ended, to see that they were of many kinds. */
  const ends = new Set<string>();

  beforeAll(async () => {
    server = createServer((request, response) => {
      const discovering = request.url !== '/token';
      if (discovering && atMetadata) send(response, atMetadata);
      else if (!discovering) send(response, atToken);
      else response.end(JSON.stringify({ issuer: url, token_endpoint: `${url}/token` }));
    });
    await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
    url = `http://localhost:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  function send(response: ServerResponse, { status, headers, body, ending }: Answer): void {
    response.on('error', () => undefined);
    response.writeHead(status, headers);
    if (ending === 'whole') {
      response.end(body);
      return;
    }
    response.write(body);
    if (ending === 'cut') response.socket?.destroySoon();
    else vi.advanceTimersByTime(TIMEOUT_MS);
  }

  const property = fc.asyncProperty(
    fc.option(answer, { nil: undefined, freq: 1 }),
    answer,
    async (metadata, token) => {
      [atMetadata, atToken] = [metadata, token];
      const clock = new TestClock();
      const provider = new TokenProvider(
        'billing',
        {
          apiUrl: 'https://api.example',
          issuer: url,
          clientId: 'c',
          authMethod: 'client_secret_post',
          clientSecret: async () => SECRET,
        },
        { client: new IssuerClient(), now: clock.now, uptime: clock.now, random: () => 0 },
      );

      const outcome = await provider.getToken().catch((error: unknown) => error);

      ends.add(outcome instanceof TokenRequestError ? outcome.reason : typeof outcome);
      if (typeof outcome === 'string') {
        expect(outcome).toMatch(/^[\w\-.~+/]+=*$/);
        expect(provider.lifetimeLeftSeconds).toBeGreaterThanOrEqual(1);
        expect(provider.lifetimeLeftSeconds).toBeLessThanOrEqual(86_400);
      } else {
        expectHarmless(outcome);
        expect(await provider.health()).toBe('down');
      }
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it(`neither hangs nor leaks nor crashes (seed ${SEED})`, { timeout: 30_000 }, async () => {
    await fc.assert(property, { seed: SEED, numRuns: RUNS });

    for (const end of ['string', 'timeout', 'network', 'malformed_response', 'other', 'refused']) {
      expect(ends).toContain(end);
    }
  });
});

function expectHarmless(error: unknown): void {
  expect(error).toBeInstanceOf(TokenRequestError);
  const { reason, retryAfterMs } = error as TokenRequestError;
  expect(tokenFailureReasons).toContain(reason);
  expect(retryAfterMs).toBeGreaterThanOrEqual(0);
  expect(retryAfterMs).toBeLessThanOrEqual(300_000);
  const everything = inspect(error, { depth: 20, showHidden: true });
  expect(everything).not.toContain(SECRET);
  expect(everything).not.toContain(CANARY);
}
