import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AuthServers } from './support/auth-servers.js';
import { query } from './support/databases.js';
import { members } from './support/http.js';
import { textLike } from './support/matchers.js';
import {
  accessTokenFor,
  basic,
  credentialsOf,
  GRANT,
  postToken,
  type Credentials,
} from './support/oauth.js';
import { clientSecrets, everySecret } from './support/secrets.js';
import { isOurOwn, own, runsAsProcesses } from './support/system.js';

/** Events are stored twice a second. */
const SOON = { timeout: 5_000, interval: 50 };

describe.runIf(runsAsProcesses)('the audit trail', () => {
  let auth: AuthServers;
  let client: Credentials;

  beforeAll(async () => {
    auth = await AuthServers.start([{}]);
    client = await auth.addClient('worker');
  });

  afterAll(() => auth.stop());

  it('O04 tells of each failed authentication who, what, why, from where and in which request', async () => {
    const requestId = 'e2e-audit-failure';
    const startedAt = Date.now();
    await auth.requestToken(0, {
      credentials: { ...client, client_secret: 'wrong' },
      headers: { 'x-request-id': requestId },
    });

    const [row] = await vi.waitFor(async () => {
      const rows = await eventsOf(requestId);
      expect(rows).toHaveLength(1);
      return rows;
    }, SOON);
    expect(row).toMatchObject({
      event: 'client_authentication.failed',
      actor: null,
      subject: 'worker',
      outcome: 'failure',
      reason: 'wrong_secret',
      details: {
        auth_method: 'client_secret_basic',
        address: textLike(/^(::1|(::ffff:)?127\.0\.0\.1)$/),
      },
    });
    const occurredAt = row?.occurred_at.getTime();
    expect(occurredAt).toBeGreaterThanOrEqual(startedAt - 1_000);
    expect(occurredAt).toBeLessThanOrEqual(Date.now() + 1_000);
    await vi.waitFor(
      () => {
        expect(auth.logged(0, 'client_authentication.failed')).toContainEqual(
          expect.objectContaining({
            request_id: requestId,
            client_id: 'worker',
            outcome: 'failure',
            reason: 'wrong_secret',
          }),
        );
      },
      { timeout: 10_000 },
    );
  });

  it('O04 tells of who brings no credentials at all, or nothing that can be read as some', async () => {
    const attempts = {
      'e2e-audit-none': {},
      'e2e-audit-broken': { authorization: 'Basic !' },
    };
    for (const [requestId, headers] of Object.entries(attempts)) {
      await auth.requestToken(0, { headers: { 'x-request-id': requestId, ...headers } });

      await vi.waitFor(async () => {
        expect(await eventsOf(requestId)).toMatchObject([
          {
            event: 'client_authentication.failed',
            subject: null,
            outcome: 'failure',
            reason: 'no_credentials',
            details: { address: textLike(/127\.0\.0\.1|::1/) },
          },
        ]);
      }, SOON);
    }
  });

  it('O04 has issued tokens in the log only, without their content', async () => {
    const requestId = 'e2e-audit-token';
    const answer = await auth.requestToken(0, {
      credentials: client,
      headers: { 'x-request-id': requestId },
    });
    const token = String(members(answer)['access_token']);
    await auth.requestToken(0, {
      credentials: { ...client, client_secret: 'wrong' },
      headers: { 'x-request-id': 'e2e-audit-later' },
    });
    await vi.waitFor(async () => expect(await eventsOf('e2e-audit-later')).toHaveLength(1), SOON);

    expect(await eventsOf(requestId)).toEqual([]);
    await vi.waitFor(
      () => {
        expect(auth.logged(0, 'token.issued')).toContainEqual(
          expect.objectContaining({ request_id: requestId, client_id: 'worker' }),
        );
      },
      { timeout: 10_000 },
    );
    expect(auth.servers[0]?.process.output).not.toContain(token.split('.')[2]);
  });

  it('O04 keeps no secret that somebody sends for an identifier', async () => {
    const requestId = 'e2e-audit-mistake';
    await auth.requestToken(0, {
      credentials: { client_id: client.client_secret, client_secret: client.client_secret },
      headers: { 'x-request-id': requestId },
    });

    await vi.waitFor(async () => {
      expect(await eventsOf(requestId)).toMatchObject([{ subject: 'cs_[client secret]' }]);
    }, SOON);
  });

  it('O04 is complete when a server is stopped', async () => {
    const requestId = 'e2e-audit-last';
    const stopped = await AuthServers.start([{}]);
    await stopped.requestToken(0, {
      credentials: { client_id: 'nobody', client_secret: 'any' },
      headers: { 'x-request-id': requestId },
    });
    expect(await stopped.servers[0]?.process.stop()).toBe(0);

    expect(await eventsOf(requestId, stopped)).toMatchObject([
      { subject: 'nobody', reason: 'unknown_client' },
    ]);
    await stopped.stop();
  });

  function eventsOf(requestId: string, servers = auth) {
    return servers.query<{ occurred_at: Date; subject: string | null }>(
      'SELECT * FROM audit_event WHERE request_id = $1',
      [requestId],
    );
  }
});

describe.runIf(isOurOwn)('the audit trail of the whole run', () => {
  it('O04 holds no secret and no token', async () => {
    const credentials = await credentialsOf('e2e-basic');
    const token = await accessTokenFor('e2e-basic');
    const authorization = basic({ client_id: credentials.client_secret, client_secret: token });
    await postToken(GRANT, { authorization, 'x-request-id': 'e2e-audit-search' });
    await postToken({ ...GRANT, client_id: token, client_secret: 'any' });

    const text = await vi.waitFor(async () => {
      const rows = await query<{ row: string }>(
        own().authDatabaseUrl,
        'SELECT to_jsonb(audit_event)::text AS row FROM audit_event',
      );
      const all = rows.map(({ row }) => row).join('\n');
      expect(all).toContain('e2e-audit-search');
      return all;
    }, SOON);

    const tokens = (await readFile(own().tokensFile, 'utf8')).trim().split('\n');
    const signatures = tokens.map((each) => each.split('.')[2] ?? each);
    const secrets = [
      ...(await everySecret()),
      ...(await clientSecrets()),
      ...tokens,
      ...signatures,
    ];
    expect(secrets.filter((secret) => text.includes(secret))).toHaveLength(0);
  });
});
