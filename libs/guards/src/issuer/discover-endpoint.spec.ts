import { describe, expect, it } from 'vitest';
import { discoverEndpoint } from './discover-endpoint.js';
import { NoAnswerError } from './fetch-json.js';

const ISSUER = 'https://auth.example';

describe('discovery', () => {
  const found = (endpoint: unknown, issuer = ISSUER) =>
    discoverEndpoint(
      async () => Response.json({ issuer, introspection_endpoint: endpoint }),
      issuer,
      'introspection_endpoint',
    );

  it.each(['https://auth.example/introspect', 'https://other.example/introspect'])(
    'takes %s from the metadata of an issuer',
    async (endpoint) => {
      expect(await found(endpoint)).toBe(endpoint);
    },
  );

  it.each([
    'http://auth.example/introspect',
    'HTTP://auth.example/introspect',
    '/introspect',
    '',
    7,
    null,
    undefined,
  ])('RFC 7662 4: takes no %j from it, which would not be reached by TLS', async (endpoint) => {
    await expect(found(endpoint)).rejects.toThrow('names no usable introspection_endpoint');
  });

  it('takes plain HTTP where the issuer itself is reached by it', async () => {
    const endpoint = 'http://localhost:3000/oauth2/introspect';

    expect(await found(endpoint, 'http://localhost:3000')).toBe(endpoint);
  });

  describe('of an issuer that has not all of the metadata', () => {
    const WITH_PATH = 'https://auth.example/realms/main';
    const OAUTH = 'https://auth.example/.well-known/oauth-authorization-server/realms/main';
    const OPENID = 'https://auth.example/realms/main/.well-known/openid-configuration';
    const good = { issuer: WITH_PATH, jwks_uri: 'https://keys.example/jwks' };

    type Answers = Readonly<Record<string, () => Response | Promise<Response>>>;

    const jwksUri = (answers: Answers, asked: string[] = []) =>
      discoverEndpoint(
        async (url) => {
          asked.push(url);
          return (answers[url] ?? (() => new Response('', { status: 404 })))();
        },
        WITH_PATH,
        'jwks_uri',
      );

    it('RFC 8414 3.1: asks first where the standard has it, and then where OpenID Connect has it', async () => {
      const asked: string[] = [];

      expect(await jwksUri({ [OPENID]: () => Response.json(good) }, asked)).toBe(good.jwks_uri);
      expect(asked).toEqual([OAUTH, OPENID]);
    });

    it('does not ask twice where the first answer is good', async () => {
      const asked: string[] = [];

      expect(await jwksUri({ [OAUTH]: () => Response.json(good) }, asked)).toBe(good.jwks_uri);
      expect(asked).toEqual([OAUTH]);
    });

    it.each<[string, () => Response | Promise<Response>]>([
      ['an error', () => new Response('', { status: 500 })],
      ['a page', () => new Response('<html></html>')],
      ['another issuer', () => Response.json({ ...good, issuer: 'https://auth.example' })],
      ['no keys', () => Response.json({ issuer: WITH_PATH })],
      ['nothing', () => Promise.reject(new DOMException('', 'TimeoutError'))],
    ])('takes the second where the first is %s', async (_what, first) => {
      const answers = { [OAUTH]: first, [OPENID]: () => Response.json(good) };

      expect(await jwksUri(answers)).toBe(good.jwks_uri);
    });

    it('tells what was wrong with both, and whether anybody answered', async () => {
      const silent = () => Promise.reject(new DOMException('', 'TimeoutError'));

      await expect(jwksUri({})).rejects.toThrow(`${OAUTH} answered 404; ${OPENID} answered 404`);
      await expect(jwksUri({ [OAUTH]: silent })).rejects.not.toThrow(NoAnswerError);
      await expect(jwksUri({ [OAUTH]: silent, [OPENID]: silent })).rejects.toThrow(NoAnswerError);
    });
  });
});
