import { describe, expect, it } from 'vitest';
import { AuthServers } from './support/auth-servers.js';
import { members, send, sendPlain, type Answer } from './support/http.js';
import {
  basic,
  credentialsOf,
  expectOAuthError,
  form,
  GRANT,
  postToken,
  TOKEN_ENDPOINT,
  type Parameters,
} from './support/oauth.js';
import { runsAsProcesses, system } from './support/system.js';

const PAGE = system.ordersApi;
const ELSEWHERE = 'https://elsewhere.example';

/** What Swagger UI sends when somebody asks it for a token by client credentials. */
const FROM_SWAGGER_UI = {
  accept: 'application/json, text/plain, */*',
  'x-requested-with': 'XMLHttpRequest',
};
const ASKED_FOR = 'authorization,content-type,x-requested-with';

describe('the documentation of the orders-api', () => {
  it('may call the token endpoint that it names, and its own API', async () => {
    const { headers } = await send(`${system.ordersApi}/docs`);

    const policy = headers.get('content-security-policy') ?? '';
    expect(policy.split('; ')).toContain(`connect-src 'self' ${system.authServer}`);
    expect(policy).not.toContain('*');
  });

  it('may ask for a token with the headers that Swagger UI sends', async () => {
    const { status, headers, text } = await preflight(TOKEN_ENDPOINT, PAGE);

    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(headers.get('access-control-allow-methods')).toBe('POST');
    const allowed = headers.get('access-control-allow-headers')?.split(', ');
    expect(allowed).toEqual(expect.arrayContaining(ASKED_FOR.split(',')));
    expectNoCookies(headers);
  });

  it('gets a token, which the API takes', async () => {
    const answer = await ask(PAGE, { scope: 'orders:read orders:write' });

    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(answer.headers.get('vary')).toMatch(/\borigin\b/i);
    expectNoCookies(answer.headers);
    const authorization = `Bearer ${String(members(answer)['access_token'])}`;
    const listed = await send(`${system.ordersApi}/orders?limit=1`, { headers: { authorization } });
    expect(listed.status).toBe(200);
  });

  it('can read why it gets none', async () => {
    const refused = await ask(PAGE, { scope: 'orders:bill' });
    expectOAuthError(refused, 400, 'invalid_scope');
    expect(refused.headers.get('access-control-allow-origin')).toBe(PAGE);

    const unknown = { client_id: 'nobody', client_secret: 'nothing' };
    const headers = { ...FROM_SWAGGER_UI, origin: PAGE, authorization: basic(unknown) };
    const stranger = await postToken(GRANT, headers);
    expectOAuthError(stranger, 401, 'invalid_client');
    expect(stranger.headers.get('access-control-allow-origin')).toBe(PAGE);

    const unread = await postToken('a'.repeat(100_000), headers);
    expect(unread.status).toBe(413);
    expect(unread.headers.get('access-control-allow-origin')).toBe(PAGE);
  });
});

describe('a page of another origin', () => {
  it.each([
    ELSEWHERE,
    'null',
    `${PAGE}.elsewhere.example`,
    PAGE.replace('http:', 'https:'),
    `${PAGE}, ${ELSEWHERE}`,
  ])('cannot get tokens from %s', async (origin) => {
    const answer = await preflight(TOKEN_ENDPOINT, origin);
    expect(answer.status).toBe(405);
    expectNotAllowed(answer);

    const token = await ask(origin, {});
    expectNotAllowed(token);
    expect(token.headers.get('vary')).toMatch(/\borigin\b/i);
  });

  it.each([
    '/oauth2/introspect',
    '/oauth2/revoke',
    '/oauth2/revocations',
    '/oauth2/token/',
    '/admin/clients',
    '/openapi.json',
  ])('reaches the token endpoint and not %s', async (path) => {
    expectNotAllowed(await preflight(system.authServer + path, PAGE));
    expectNotAllowed(await sendPlain(system.authServer + path, withOrigin('GET', PAGE)));
  });

  it('gets nothing of the orders', async () => {
    expectNotAllowed(await preflight(`${system.ordersApi}/orders`, ELSEWHERE));
  });

  it.runIf(runsAsProcesses)('gets nothing where no origin is configured', async () => {
    const auth = await AuthServers.start([{}]);
    try {
      const answer = await preflight(`${auth.url(0)}/oauth2/token`, PAGE);
      expect(answer.status).toBe(405);
      expectNotAllowed(answer);
    } finally {
      await auth.stop();
    }
  });
});

/** What a browser asks before it sends a request with headers of its page's own. */
function preflight(url: string, origin: string): Promise<Answer> {
  const { headers } = withOrigin('OPTIONS', origin);
  return sendPlain(url, {
    method: 'OPTIONS',
    headers: [
      ...headers,
      ['Access-Control-Request-Method', 'POST'],
      ['Access-Control-Request-Headers', ASKED_FOR],
    ],
  });
}

function withOrigin(method: string, origin: string) {
  return { method, headers: [['Origin', origin]] as [string, string][] };
}

async function ask(origin: string, parameters: Parameters): Promise<Answer> {
  const authorization = basic(await credentialsOf('order-entry'));
  const body = form({ ...GRANT, ...parameters });
  return postToken(body, { ...FROM_SWAGGER_UI, origin, authorization });
}

function expectNotAllowed({ headers }: Answer): void {
  const names = [...headers.keys()].filter((name) => name.startsWith('access-control-'));
  expect(names).toEqual([]);
}

function expectNoCookies(headers: Headers): void {
  expect(headers.has('access-control-allow-credentials')).toBe(false);
  expect(headers.has('set-cookie')).toBe(false);
}
