import { beforeAll, describe, expect, it } from 'vitest';
import { members, sendPlain, type Answer, shown } from './support/http.js';
import {
  basic,
  credentialsOf,
  expectOAuthError,
  form,
  GRANT,
  postToken,
  requestToken,
  TOKEN_ENDPOINT,
} from './support/oauth.js';
import { query } from './support/databases.js';
import { isOurOwn, own } from './support/system.js';

const byBasic = (client_id: string, client_secret: string) =>
  postToken(GRANT, { authorization: basic({ client_id, client_secret }) });

const inBody = (client_id: string, client_secret: string) =>
  postToken({ ...GRANT, client_id, client_secret });

/** What a caller can tell two answers apart by. */
function visible({ status, headers, text }: Answer) {
  const rest = [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  return { status, text, headers: Object.fromEntries(rest) };
}

describe('client authentication', () => {
  it('A01 accepts a secret by HTTP Basic and in the body', async () => {
    expect((await requestToken('e2e-basic')).status).toBe(200);
    expect((await requestToken('e2e-post')).status).toBe(200);
  });

  it('A01 A09 accepts each way only from a client that is registered for it', async () => {
    const basicClient = await credentialsOf('e2e-basic');
    const postClient = await credentialsOf('e2e-post');

    const basicInBody = await inBody(basicClient.client_id, basicClient.client_secret);
    const postByBasic = await byBasic(postClient.client_id, postClient.client_secret);

    expectOAuthError(basicInBody, 401, 'invalid_client');
    expectOAuthError(postByBasic, 401, 'invalid_client');
  });

  it('A02 form-decodes the identifier and the secret', async () => {
    const answer = await requestToken('e2e-odd:id%+ é');

    expect(answer.status, shown(answer)).toBe(200);
  });

  it('A02 refuses credentials that were joined without being encoded', async () => {
    const { client_id, client_secret } = await credentialsOf('e2e-odd:id%+ é');
    const raw = Buffer.from(`${client_id}:${client_secret}`).toString('base64');

    expectOAuthError(
      await postToken(GRANT, { authorization: `Basic ${raw}` }),
      401,
      'invalid_client',
    );
  });

  it('A02 takes the name of the scheme in any letter case', async () => {
    const credentials = basic(await credentialsOf('e2e-basic'));

    const answer = await postToken(GRANT, { authorization: credentials.replace('Basic', 'bAsIc') });

    expect(answer.status).toBe(200);
  });

  it('A03 answers a wrong secret by 401 and a Basic challenge', async () => {
    const answer = await byBasic('e2e-basic', 'wrong');

    expectOAuthError(answer, 401, 'invalid_client');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="[^"]+"/);
  });

  it('A04 answers a wrong secret in the body, and none at all, by invalid_client', async () => {
    expectOAuthError(await inBody('e2e-post', 'wrong'), 401, 'invalid_client');
    expectOAuthError(await inBody('e2e-post', ''), 401, 'invalid_client');
    expectOAuthError(await postToken(GRANT), 401, 'invalid_client');
  });

  it.each([
    'Basic',
    'Basic ',
    'Basic !!!',
    `Basic ${Buffer.from('no-colon').toString('base64')}`,
    `Basic ${Buffer.from('a%zz:b').toString('base64')}`,
    `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}`,
    `Basic ${Buffer.from('e2e-basic\0:x').toString('base64')}`,
    'Bearer abc',
    'Digest username="e2e-basic"',
  ])('A04 answers the header "%s" by invalid_client', async (authorization) => {
    expectOAuthError(await postToken(GRANT, { authorization }), 401, 'invalid_client');
  });

  describe.runIf(isOurOwn)('with a disabled client', () => {
    beforeAll(async () => {
      const disable = 'UPDATE client SET disabled = true WHERE client_id = $1 RETURNING client_id';
      const rows = await query(own().authDatabaseUrl, disable, ['e2e-disabled']);
      expect(rows).toHaveLength(1);
    });

    it('A05 gives a disabled client the answer that a wrong secret gets', async () => {
      const { client_id, client_secret } = await credentialsOf('e2e-disabled');

      const disabled = await byBasic(client_id, client_secret);

      expect(visible(disabled)).toEqual(visible(await byBasic('e2e-basic', 'wrong')));
    });
  });

  it('A05 answers every reason for a refusal alike', async () => {
    const postClient = await credentialsOf('e2e-post');

    const refusals = await Promise.all([
      byBasic('e2e-basic', 'wrong'),
      byBasic('nobody-of-that-name', 'wrong'),
      inBody('nobody-of-that-name', 'wrong'),
      inBody('e2e-post', 'wrong'),
      byBasic(postClient.client_id, postClient.client_secret),
    ]);

    const [first, ...others] = refusals.map(visible);
    expect(first?.status).toBe(401);
    for (const other of others) expect(other).toEqual(first);
  });

  it('A07 refuses two mechanisms in one request', async () => {
    const credentials = await credentialsOf('e2e-basic');
    const authorization = basic(credentials);
    const assertion = {
      client_assertion: 'x.y.z',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    };

    const answers = [
      await postToken({ ...GRANT, ...credentials }, { authorization }),
      await postToken({ ...GRANT, ...assertion }, { authorization }),
      await postToken({ ...GRANT, ...(await credentialsOf('e2e-post')), ...assertion }),
    ];

    for (const answer of answers) expectOAuthError(answer, 400, 'invalid_request');
  });

  it('A07 refuses two Authorization headers', async () => {
    const own = basic(await credentialsOf('e2e-basic'));
    const other = basic({ client_id: 'e2e-reader', client_secret: 'wrong' });

    for (const pair of [
      [own, other],
      [other, own],
      [own, own],
    ]) {
      const answer = await sendPlain(TOKEN_ENDPOINT, {
        method: 'POST',
        headers: [
          ['Content-Type', 'application/x-www-form-urlencoded'],
          ...pair.map((value) => ['Authorization', value] as const),
        ],
        body: form(GRANT),
      });
      expect([400, 401], shown(answer)).toContain(answer.status);
      expect(members(answer)).not.toHaveProperty('access_token');
    }
  });

  it('A08 refuses a client_id that names another client', async () => {
    const authorization = basic(await credentialsOf('e2e-basic'));

    const other = await postToken({ ...GRANT, client_id: 'e2e-reader' }, { authorization });
    const same = await postToken({ ...GRANT, client_id: 'e2e-basic' }, { authorization });

    expectOAuthError(other, 400, 'invalid_request');
    expect(same.status).toBe(200);
  });

  it('A10 gives no token to a client that names itself only', async () => {
    for (const client_id of ['e2e-basic', 'e2e-post', 'nobody']) {
      expectOAuthError(await postToken({ ...GRANT, client_id }), 401, 'invalid_client');
      expectOAuthError(await byBasic(client_id, ''), 401, 'invalid_client');
    }
  });
});
