import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource, type EntityManager } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import { ClientTokens } from './client-tokens.js';
import { RevocationFeed, type RevocationList } from './revocation-feed.js';
import { TokenRevocations, type IssuedToken } from './token-revocations.js';

const ORDERS = 'https://orders.example';
const OTHER = 'https://other.example';
const MOST_ENTRIES = 20_000;

const seconds = () => Math.floor(Date.now() / 1_000);

/** What can happen to a client and its tokens, and when. */
const happenings = {
  'one token revoked': { from: ['enabled', 'disabled', 'gone'], to: undefined },
  'all tokens revoked': { from: ['enabled', 'disabled'], to: undefined },
  disabled: { from: ['enabled'], to: 'disabled' },
  enabled: { from: ['disabled'], to: 'enabled' },
  deleted: { from: ['enabled', 'disabled'], to: 'gone' },
  'registered again': { from: ['gone'], to: 'enabled' },
} as const;

type Happening = keyof typeof happenings;

/** All that can happen to an enabled client in so many steps. */
function histories(length: number, state = 'enabled'): Happening[][] {
  if (length === 0) return [[]];
  return (Object.keys(happenings) as Happening[]).flatMap((first) => {
    const { from, to = state } = happenings[first];
    if (!(from as readonly string[]).includes(state)) return [];
    const rest = histories(length - 1, to).filter((later) => !later.includes('one token revoked'));
    return rest.map((later) => [first, ...later]);
  });
}

/** Reads a list as a resource server does. */
function isListed(list: RevocationList | undefined, token: IssuedToken): boolean {
  if (!list) throw new Error('there is no list');
  const client = list.revoked_clients.find(({ client_id }) => client_id === token.clientId);
  const { issued_before: line = Number.POSITIVE_INFINITY } = client ?? { issued_before: 0 };
  return list.revoked_tokens.includes(token.tokenId) || token.issuedAt < line;
}

describe('RevocationFeed', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let revocations: TokenRevocations;
  let feed: RevocationFeed;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    revocations = new TokenRevocations(dataSource);
    feed = new RevocationFeed(dataSource);
  });

  beforeEach(reset);

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  async function reset(): Promise<void> {
    await dataSource.query('TRUNCATE client, client_revocation, revoked_token CASCADE');
    for (const clientId of ['worker', 'other']) await register(clientId, `interval '1 hour'`);
  }

  const register = (clientId: string, ago = `interval '0'`) =>
    dataSource.query(
      `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types, created_at)
       VALUES ($1, '', 'client_secret_basic', '{client_credentials}', now() - ${ago})`,
      [clientId],
    );

  const update = (assignment: string) =>
    dataSource.query(`UPDATE client SET ${assignment} WHERE client_id = 'worker'`);

  const revoke = (
    tokenId: string,
    { audience = ORDERS, manager = dataSource.manager, expiresAt = seconds() + 300 } = {},
  ) => revocations.revoke(manager, { tokenId, clientId: 'worker', audience, expiresAt });

  const revokeAll = (manager: EntityManager = dataSource.manager) =>
    new ClientTokens(Date.now).revokeAll(manager, 'worker');

  const listed = async (audience = ORDERS) => {
    const list = await feed.list([audience]);
    return { tokens: [...(list?.revoked_tokens ?? [])].sort(), clients: list?.revoked_clients };
  };

  const act: Readonly<Record<Happening, () => Promise<unknown>>> = {
    'one token revoked': () => revoke('revoked'),
    'all tokens revoked': () => revokeAll(),
    disabled: () => update('disabled = true'),
    enabled: () => update('disabled = false'),
    deleted: () => dataSource.query(`DELETE FROM client WHERE client_id = 'worker'`),
    'registered again': () => register('worker'),
  };

  it('is empty where nothing is revoked', async () => {
    expect(await feed.list([ORDERS])).toEqual({
      audiences: [ORDERS],
      revoked_tokens: [],
      revoked_clients: [],
    });
  });

  it.each(histories(4).map((history) => [history.join(', then '), history] as const))(
    'V01 says of every token what introspection says: %s',
    async (_what, history) => {
      for (const happening of history) await act[happening]();

      const list = await feed.list([ORDERS]);
      const now = seconds();
      const tokens = [-3, -2, -1, 0, 1, 2, 3, 4].flatMap((offset) => [
        { tokenId: 'revoked', clientId: 'worker', issuedAt: now + offset },
        { tokenId: 'not revoked', clientId: 'worker', issuedAt: now + offset },
      ]);
      tokens.push({ tokenId: 'of another', clientId: 'other', issuedAt: now });
      const introspected = await Promise.all(tokens.map((token) => revocations.isRevoked(token)));
      expect(tokens.map((token) => isListed(list, token))).toEqual(introspected);
    },
  );

  it('tells a resource server of its own tokens, and of those whose audience was not noted', async () => {
    await revoke('ours');
    await revoke('of another', { audience: OTHER });
    await dataSource.query(
      `INSERT INTO revoked_token (jti, client_id, expires_at) VALUES ('anybody''s', 'worker', now())`,
    );

    expect((await listed()).tokens).toEqual([`anybody's`, 'ours']);
    expect((await listed(OTHER)).tokens).toEqual([`anybody's`, 'of another']);
  });

  it('tells of a client in one line, whatever else was revoked of it', async () => {
    await revoke('a');
    await revoke('b');

    await update('disabled = true');
    expect(await listed()).toEqual({ tokens: [], clients: [{ client_id: 'worker' }] });

    await update('disabled = false');
    expect((await listed()).tokens).toEqual(['a', 'b']);
  });

  it('names no client for changes by which no token is revoked', async () => {
    await update(`client_name = 'renamed', version = 2, access_token_lifetime = 60`);
    await update('disabled = false');

    expect((await listed()).clients).toEqual([]);
  });

  it('leaves nothing out that is committed later than what was revoked after it', async () => {
    const slow = dataSource.createQueryRunner();
    await slow.startTransaction();
    await revoke('first', { manager: slow.manager });
    await revokeAll(slow.manager);
    await revoke('second');
    expect(await listed()).toEqual({ tokens: ['second'], clients: [] });

    await slow.commitTransaction();
    await slow.release();

    const { tokens, clients } = await listed();
    expect(tokens).toEqual(['first', 'second']);
    expect(clients).toEqual([{ client_id: 'worker', issued_before: expect.any(Number) as number }]);
  });

  it('lists a token until it has expired by any clock, a client until its last token has', async () => {
    await revoke('a', { expiresAt: seconds() - 290 });
    await revoke('b', { expiresAt: seconds() - 301 });
    expect((await listed()).tokens).toEqual(['a']);

    await update('disabled = true');
    await dataSource.query(`UPDATE client_revocation SET revoked_at = now() - interval '890 s'`);
    expect((await listed()).clients).toHaveLength(1);
    await dataSource.query(`UPDATE client_revocation SET revoked_at = now() - interval '901 s'`);
    expect((await listed()).clients).toEqual([]);
  });

  it('O05 forgets by and by which clients it has told of', async () => {
    await dataSource.query(`
      INSERT INTO client_revocation
      SELECT 'old' || n, now() - interval '901 s' FROM generate_series(1, 3) n`);
    await update('disabled = true');

    expect(await feed.deleteExpired(2)).toBe(2);
    expect(await feed.deleteExpired(2)).toBe(1);
    expect(await feed.deleteExpired(2)).toBe(0);

    expect((await listed()).clients).toEqual([{ client_id: 'worker' }]);
  });

  describe('with as much as a list can hold', () => {
    beforeEach(() =>
      dataSource.query(
        `INSERT INTO revoked_token (jti, client_id, expires_at)
         SELECT gen_random_uuid(), 'worker', now() FROM generate_series(1, $1)`,
        [MOST_ENTRIES],
      ),
    );

    it('is all of it', async () => {
      expect((await listed()).tokens).toHaveLength(MOST_ENTRIES);
    });

    it.each([
      ['token', () => revoke('one more')],
      [
        'client',
        () => dataSource.query(`UPDATE client SET disabled = true WHERE client_id = 'other'`),
      ],
    ])('is not there with one more %s, rather than incomplete', async (_what, add) => {
      await add();

      expect(await feed.list([ORDERS])).toBeUndefined();
    });

    it('is there again once whoever revokes so much is disabled', async () => {
      await revoke('one more');
      await update('disabled = true');

      expect(await listed()).toEqual({ tokens: [], clients: [{ client_id: 'worker' }] });
    });
  });
});
