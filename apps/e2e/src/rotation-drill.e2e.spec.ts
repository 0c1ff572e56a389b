import { setTimeout as pause } from 'node:timers/promises';
import { decodeJwt, decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Credentials } from './support/credentials.js';
import { members, send, shown } from './support/http.js';
import { callOrders } from './support/orders.js';
import { ReplicatedSystem, tokenIn, tokenRequest } from './support/replicated-system.js';
import { SteadyLoad } from './support/steady-load.js';
import { runsAsProcesses } from './support/system.js';

const ANNOUNCEMENT_SECONDS = 10;
const LIFETIME_SECONDS = 10;
const OVERLAP_SECONDS = 8;
/** Of each of four kinds: tokens by openid-client and by plain requests, calls with fresh and with old tokens. */
const TIMES_PER_SECOND = 20;
/** A token is used until shortly before its end, so that it does not end on the way. */
const MARGIN_MS = 500;
const KEY_SET_INTERVAL_MS = 250;

describe.runIf(runsAsProcesses)('under a steady load', () => {
  let system: ReplicatedSystem;
  let credentials: Credentials;
  let openidConfiguration: openid.Configuration;
  /** Tokens at hand, the oldest first. */
  const tokens: { readonly token: string; readonly kid: string; readonly endsAt: number }[] = [];
  const signedSince = new Map<string, number>();
  /** Since when a key is published, by replica and kid. */
  const shownSince = new Map<string, Map<string, number>>();
  let callsWithOlderKeys = 0;
  let maxAgeSeconds = 0;
  let turn = 0;

  beforeAll(async () => {
    system = await ReplicatedSystem.start({
      SIGNING_KEY_ANNOUNCEMENT_SECONDS: String(ANNOUNCEMENT_SECONDS),
      ACCESS_TOKEN_LIFETIME_SECONDS: String(LIFETIME_SECONDS),
    });
    credentials = await system.credentialsOf('reader');
    openidConfiguration = await configureOpenid(credentials);
    for (const { url } of system.replicas) shownSince.set(url, new Map());
  });

  afterAll(() => system.stop());

  it(
    'C01 K04 K05 K07 nothing fails while two keys and a secret are replaced',
    { timeout: 180_000 },
    async () => {
      const startedAt = performance.now();
      await noteKeySets();
      await byPlainRequest();
      const watch = SteadyLoad.start(1_000 / KEY_SET_INTERVAL_MS, noteKeySets);
      const loads = {
        'tokens by openid-client, each used once': SteadyLoad.start(TIMES_PER_SECOND, byOpenid),
        'tokens by plain requests': SteadyLoad.start(TIMES_PER_SECOND, byPlainRequest),
        'calls with tokens used to their end': SteadyLoad.start(TIMES_PER_SECOND, withOldestToken),
        'calls with any token at hand': SteadyLoad.start(TIMES_PER_SECOND, withAnyToken),
      };

      await pause(1_000);
      const [oldSecret] = await Promise.all([replaceSecret(), replaceKey()]);
      await replaceKey();
      await pause(LIFETIME_SECONDS * 1_000);

      await Promise.all([watch, ...Object.values(loads)].map((load) => load.stop()));
      report(loads, performance.now() - startedAt);
      for (const [name, { started, succeeded, failures }] of Object.entries(loads)) {
        expect(failures.slice(0, 3), `${failures.length} of ${started} ${name} failed`).toEqual([]);
        expect(succeeded).toBe(started);
        expect(succeeded).toBeGreaterThan(100);
      }
      expect(watch.failures).toEqual([]);
      expect(callsWithOlderKeys).toBeGreaterThan(0);
      await expectRefused(oldSecret);
      expectKeysShownBeforeUse();
    },
  );

  async function byOpenid(): Promise<void> {
    const parameters = { resource: system.apiUrl, scope: 'orders:read' };
    const { access_token: token } = await openid.clientCredentialsGrant(
      openidConfiguration,
      parameters,
    );
    noteSigner(token);
    const url = new URL('/orders?limit=1', system.apiUrl);
    const response = await openid.fetchProtectedResource(openidConfiguration, token, url, 'GET');
    await response.body?.cancel();
    if (response.status !== 200) throw new Error(`the API answered ${response.status}`);
  }

  async function byPlainRequest(): Promise<void> {
    const replica = system.pair[turn++ % 2 === 0 ? 0 : 1];
    const token = tokenIn(await tokenRequest(replica.url, credentials));
    const kid = noteSigner(token);
    tokens.push({ token, kid, endsAt: Number(decodeJwt(token).exp) * 1_000 });
  }

  async function withOldestToken(): Promise<void> {
    while (tokens[0] && tokens[0].endsAt - MARGIN_MS < Date.now()) tokens.shift();
    await callWith(tokens[0]);
  }

  async function withAnyToken(): Promise<void> {
    const usable = tokens.filter(({ endsAt }) => endsAt - MARGIN_MS > Date.now());
    await callWith(usable[Math.floor(Math.random() * usable.length)]);
  }

  async function callWith(known: (typeof tokens)[number] | undefined): Promise<void> {
    if (!known) throw new Error('there is no token at hand');
    const answer = await callOrders('/orders?limit=1', { token: known.token }, system.apiUrl);
    if (answer.status !== 200) throw new Error(`the API answered ${shown(answer)}`);
    if (known.kid !== [...signedSince.keys()].at(-1)) callsWithOlderKeys += 1;
  }

  async function noteKeySets(): Promise<void> {
    for (const [replica, times] of shownSince) {
      const answer = await send(`${replica}/oauth2/jwks`);
      const { keys } = members(answer) as unknown as JSONWebKeySet;
      for (const { kid } of keys) noteFirst(times, String(kid));
      const cacheControl = answer.headers.get('cache-control') ?? '';
      maxAgeSeconds = Number(/max-age=(\d+)/.exec(cacheControl)?.[1]);
    }
  }

  /** Announces a key and waits until tokens are signed by it. */
  async function replaceKey(): Promise<void> {
    const { kid } = members(await system.administer('keys/rotate', { status: 201 }));
    const giveUpAt = Date.now() + 3_000 * ANNOUNCEMENT_SECONDS;
    while (!signedSince.has(String(kid))) {
      expect(Date.now(), 'the announced key is not signed by').toBeLessThan(giveUpAt);
      await pause(100);
    }
  }

  /** Has the client go over to another secret, and waits until the old one, which it returns, has ended. */
  async function replaceSecret(): Promise<Credentials> {
    const old = credentials;
    const body = { overlap_seconds: OVERLAP_SECONDS };
    const rotated = members(await system.administer('clients/reader/rotate-secret', { body }));
    const endedAt = Date.now() + OVERLAP_SECONDS * 1_000;
    const next = { ...old, client_secret: String(rotated['client_secret']) };
    await pause((OVERLAP_SECONDS * 1_000) / 4);
    openidConfiguration = await configureOpenid(next);
    await pause((OVERLAP_SECONDS * 1_000) / 4);
    credentials = next;
    await pause(endedAt - Date.now());
    return old;
  }

  async function expectRefused(secret: Credentials): Promise<void> {
    for (const { url } of system.replicas) {
      const answer = await tokenRequest(url, secret);
      expect(answer.status, shown(answer)).toBe(401);
    }
  }

  function expectKeysShownBeforeUse(): void {
    const [first, ...next] = signedSince.keys();
    expect(next).toHaveLength(2);
    for (const times of shownSince.values()) {
      expect([...times.keys()]).toEqual([first, ...next]);
      for (const kid of next) {
        const shownForMs = Number(signedSince.get(kid)) - Number(times.get(kid));
        expect(shownForMs).toBeGreaterThan(maxAgeSeconds * 1_000);
      }
    }
  }

  async function configureOpenid({
    client_id,
    client_secret,
  }: Credentials): Promise<openid.Configuration> {
    const authentication = openid.ClientSecretBasic(client_secret);
    return openid.discovery(new URL(system.issuer), client_id, {}, authentication, {
      algorithm: 'oauth2',
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- which the library only says to warn
      execute: [openid.allowInsecureRequests],
    });
  }

  function noteSigner(token: string): string {
    const { kid = '' } = decodeProtectedHeader(token);
    noteFirst(signedSince, kid);
    return kid;
  }

  function report(loads: Readonly<Record<string, SteadyLoad>>, milliseconds: number): void {
    const each = Object.entries(loads).map(([name, { succeeded }]) => `${succeeded} ${name}`);
    const all = Object.values(loads);
    // What openid-client does is a token request and a call.
    const requests = all.reduce((sum, { started }) => sum + started, all[0]?.started ?? 0);
    const failed = all.reduce((sum, { failures }) => sum + failures.length, 0);
    console.info(
      `rotation drill: ${requests} requests in ${Math.round(milliseconds / 1_000)} s, ${failed} failed; ` +
        `${each.join(', ')}; ${callsWithOlderKeys} calls with tokens of a key that was replaced; ` +
        `signed by ${[...signedSince.keys()].join(', ')}`,
    );
  }
});

function noteFirst(times: Map<string, number>, kid: string): void {
  if (!times.has(kid)) times.set(kid, Date.now());
}
