import 'reflect-metadata';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import {
  accessTokenClaims,
  TestHttpServer,
  TestIssuer,
  TestSigningKey,
  type ReceivedRequest,
  type TestAnswer,
} from '@m2m/testing';
import {
  Controller,
  Get,
  Module,
  Post,
  Scope,
  SetMetadata,
  VersioningType,
  type DynamicModule,
  type Provider,
  type Type,
} from '@nestjs/common';
import { ExternalContextCreator, NestFactory } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { JSONWebKeySet, JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { refusalReasons, type Refusal } from './guards-events.js';
import { GuardsOptions, type GuardsModuleOptions, type RevocationCheck } from './guards-options.js';
import { GuardsModule } from './guards.module.js';
import { CurrentClient } from './scopes/current-client.decorator.js';
import { Public } from './scopes/public.decorator.js';
import {
  OAUTH2_SECURITY_SCHEME,
  RequireAnyScope,
  RequireScopes,
} from './scopes/require-scopes.decorator.js';
import { AccessTokenVerifier } from './verification/access-token-verifier.js';
import { type Client } from './verification/client.js';

const RESOURCE = 'https://things.example';
const METADATA = 'resource_metadata="https://things.example/.well-known/oauth-protected-resource"';

@Controller('things')
class ThingsController {
  @Get()
  undecorated(@CurrentClient() client: Client) {
    return { clientId: client.clientId };
  }

  @Get('open')
  @Public()
  open() {
    return {};
  }

  @Post()
  @RequireScopes('things:read', 'things:write')
  write() {
    return {};
  }
}

@Controller('strange')
class StrangeController {
  @Get()
  @Public()
  open(@CurrentClient() client: Client) {
    return { clientId: client.clientId };
  }
}

@Controller('mixed')
@Public()
class MixedController {
  @Get('open')
  open() {
    return {};
  }

  @Post('closed')
  @RequireScopes('things:write')
  closed() {
    return {};
  }
}

@Controller('read')
@RequireScopes('things:read')
class ReadController {
  @Get('plain')
  plain() {
    return {};
  }

  @Get('written')
  @RequireScopes('things:write')
  written() {
    return {};
  }

  @Get('any')
  @RequireAnyScope('things:peek', 'things:read', 'things:write')
  any() {
    return {};
  }

  @Get('open')
  @Public()
  open() {
    return {};
  }
}

@Controller('more-mixed')
class MoreMixedController extends MixedController {
  @Get('added')
  added() {
    return {};
  }
}

@Controller('more-read')
class MoreReadController extends ReadController {
  @Get('added')
  added() {
    return {};
  }
}

@Controller('careless')
class CarelessController extends ReadController {
  @Get('written')
  override written() {
    return {};
  }
}

@Controller('bound')
@Public()
class BoundController {
  constructor() {
    this.written = this.written.bind(this);
  }

  @Get('written')
  @RequireScopes('things:write')
  written() {
    return {};
  }
}

@Controller({ path: 'bound', scope: Scope.REQUEST })
class BoundPerRequestController extends BoundController {}

@Controller('field')
class FieldController extends ReadController {
  override written = () => ({});
}

@Controller()
class HandlersController {
  @SetMetadata('microservices:pattern', ['things.write'])
  @RequireScopes('things:write')
  write() {
    return {};
  }
}

class Gateway {
  @SetMetadata('message', 'things.read')
  @RequireScopes('things:read')
  read() {
    return {};
  }
}

@Module({})
class ThingsModule {}

async function startGuarded(
  options: GuardsModuleOptions,
  controllers: Type[] = [
    ThingsController,
    MixedController,
    ReadController,
    MoreMixedController,
    MoreReadController,
  ],
  providers: Provider[] = [],
  prepare: (app: NestFastifyApplication) => unknown = () => undefined,
  imports: DynamicModule[] = [],
): Promise<NestFastifyApplication> {
  const module = {
    module: ThingsModule,
    imports: [...imports, GuardsModule.forRoot(options)],
    controllers,
    providers,
  };
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), {
    logger: false,
  });
  prepare(app);
  await app.listen(0, 'localhost');
  return app;
}

async function urlOf(app: NestFastifyApplication): Promise<string> {
  return (await app.getUrl()).replace('[::1]', 'localhost');
}

describe('a guarded application', () => {
  const refusals: Refusal[] = [];
  const events: string[] = [];
  const accepted: (readonly string[])[] = [];
  let issuer: TestIssuer;
  const apps: NestFastifyApplication[] = [];
  let url: string;

  beforeAll(async () => {
    issuer = await TestIssuer.start();
    url = await start(RESOURCE);
  });

  async function start(resource: string): Promise<string> {
    const app = await startGuarded({
      issuer: issuer.url,
      resource,
      scopesSupported: ['things:read', 'things:write'],
      onRefused: (refusal) => refusals.push(refusal),
      onAccepted: ({ scopes }, needed) => {
        events.push(needed.every((scope) => scopes.has(scope)) ? 'accepted' : 'unlikely');
        accepted.push(needed);
      },
      onRemembered: () => events.push('remembered'),
      onVerified: (seconds) => events.push(seconds > 0 && seconds < 60 ? 'verified' : 'unlikely'),
      onKeysFetched: (outcome) => events.push(`keys ${outcome}`),
    });
    apps.push(app);
    return urlOf(app);
  }

  beforeEach(() => {
    refusals.length = 0;
    events.length = 0;
    accepted.length = 0;
  });

  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await issuer.stop();
  });

  const call = (path: string, token?: string, method = 'GET') =>
    fetch(url + path, { method, headers: token ? { authorization: `Bearer ${token}` } : {} });

  it('R21 R22 asks for a token where nothing says otherwise, and lets no cache keep the answer', async () => {
    const refused = await call('/things');
    const answered = await call('/things', await issuer.token(RESOURCE, { client_id: 'c' }));

    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe(`Bearer ${METADATA}`);
    expect(refusals).toEqual([{ reason: 'no_token' }]);
    expect(await answered.json()).toEqual({ clientId: 'c' });
    expect(answered.headers.get('cache-control')).toBe('no-store');
  });

  it('tells of each call what became of it and of its token', async () => {
    const token = await issuer.token(RESOURCE);
    await call('/things', token);
    await call('/things', token);
    await call('/things', token, 'POST');
    await call('/things', await issuer.token('https://other.example'));
    await call('/things');
    await call('/things/open');

    // Which test comes first, and so makes the keys be fetched, does not matter here.
    expect(events.filter((event) => !event.startsWith('keys'))).toEqual([
      'verified',
      'accepted',
      'remembered',
      'accepted',
      'remembered',
      'verified',
    ]);
    expect(refusals.map(({ reason }) => reason)).toEqual([
      'insufficient_scope',
      'wrong_audience',
      'no_token',
    ]);
    expect(refusals.every(({ reason }) => refusalReasons.includes(reason))).toBe(true);
  });

  it('tells by which scopes a call was let through, and which would have been enough', async () => {
    await call('/things', await issuer.token(RESOURCE), 'POST');
    await call('/read/any', await issuer.token(RESOURCE, { scope: 'things:write things:read' }));
    await call('/things', await issuer.token(RESOURCE));

    expect(refusals).toMatchObject([{ neededScopes: ['things:read', 'things:write'] }]);
    expect(accepted).toEqual([['things:read'], []]);
  });

  it('leaves a public route open', async () => {
    expect((await call('/things/open')).status).toBe(200);
  });

  it('R03 R25 tells about a bad token, and R15 takes none from the query', async () => {
    const garbage = await call('/things', 'garbage');
    const inQuery = await call(`/things?access_token=${await issuer.token(RESOURCE)}`);

    expect(garbage.status).toBe(401);
    expect(garbage.headers.get('www-authenticate')).toBe(
      `Bearer error="invalid_token", error_description="The access token is not valid here", ${METADATA}`,
    );
    expect(inQuery.status).toBe(401);
    expect(inQuery.headers.get('www-authenticate')).toBe(`Bearer ${METADATA}`);
  });

  it('R04 says of a token that it has expired, and nothing more of why it is refused', async () => {
    const answer = await call('/things', await issuer.token(RESOURCE, { exp: 1 }));

    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer error="invalid_token", error_description="The access token has expired", ${METADATA}`,
    );
    expect(refusals).toEqual([{ reason: 'expired' }]);
  });

  it('R16 chooses none of two tokens', async () => {
    const token = await issuer.token(RESOURCE);
    const authorization = ['Authorization', `Bearer ${token}`];
    const both = ['Host', new URL(url).host, ...authorization, ...authorization];
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest(`${url}/things`, { headers: both }, resolve).on('error', reject).end();
    });
    answer.resume();

    expect(answer.statusCode).toBe(400);
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer error="invalid_request", error_description="The request has more than one Authorization header", ${METADATA}`,
    );
    expect(refusals).toEqual([{ reason: 'several_authorization_headers' }]);
  });

  it('R15 takes no token from a form', async () => {
    const answer = await fetch(`${url}/things`, {
      method: 'POST',
      body: new URLSearchParams({ access_token: await issuer.token(RESOURCE) }),
    });

    expect(answer.status).toBe(401);
  });

  it('R17 refuses a token with only one of the scopes, and says which are needed', async () => {
    const token = await issuer.token(RESOURCE, { scope: 'things:read', client_id: 'c' });

    const answer = await call('/things', token, 'POST');

    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_scope", error_description="The access token does not cover this operation", scope="things:read things:write", ${METADATA}`,
    );
    expect(refusals).toEqual([
      {
        reason: 'insufficient_scope',
        clientId: 'c',
        neededScopes: ['things:read', 'things:write'],
      },
    ]);
  });

  it('lets a token with all the scopes through', async () => {
    const token = await issuer.token(RESOURCE, { scope: 'things:write x things:read' });

    expect((await call('/things', token, 'POST')).status).toBe(201);
  });

  it.each(['things:peek', 'things:write', 'x things:read y'])(
    'lets a token with any of the scopes through: %s',
    async (scope) => {
      expect((await call('/read/any', await issuer.token(RESOURCE, { scope }))).status).toBe(200);
    },
  );

  it('R17 refuses a token with none of the scopes, and names the first, which is enough', async () => {
    const token = await issuer.token(RESOURCE, { scope: 'things thing:read', client_id: 'c' });

    const answer = await call('/read/any', token);

    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_scope", error_description="The access token does not cover this operation", scope="things:peek", ${METADATA}`,
    );
    expect(refusals).toEqual([
      { reason: 'insufficient_scope', clientId: 'c', neededScopes: ['things:peek'] },
    ]);
  });

  it('goes by what stands on the method, and else by what stands on the class', async () => {
    const reader = await issuer.token(RESOURCE, { scope: 'things:read' });
    const writer = await issuer.token(RESOURCE, { scope: 'things:write' });
    const statuses = async (path: string) => [
      (await call(path)).status,
      (await call(path, reader)).status,
      (await call(path, writer)).status,
    ];

    expect(await statuses('/read/plain')).toEqual([401, 200, 403]);
    expect(await statuses('/read/written')).toEqual([401, 403, 200]);
    expect(await statuses('/read/open')).toEqual([200, 200, 200]);
  });

  it('describes by OpenAPI what it asks for and how it refuses', () => {
    const app = apps[0];
    if (!app) throw new Error('no application was started');
    const { paths } = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    const described = (path: string, method: 'get' | 'post') => {
      const { security, responses = {} } = paths[path]?.[method] ?? {};
      return { security, refusals: Object.keys(responses).filter((status) => status >= '400') };
    };
    const needs = (...alternatives: string[][]) => ({
      security: alternatives.map((scopes) => ({ [OAUTH2_SECURITY_SCHEME]: scopes })),
      refusals: ['401', '403'],
    });

    expect(described('/things', 'post')).toEqual(needs(['things:read', 'things:write']));
    expect(described('/read/plain', 'get')).toEqual(needs(['things:read']));
    expect(described('/read/written', 'get')).toEqual(needs(['things:write']));
    expect(described('/read/any', 'get')).toEqual(
      needs(['things:peek'], ['things:read'], ['things:write']),
    );
    expect(described('/read/open', 'get')).toEqual({ security: undefined, refusals: [] });
    expect(paths).not.toHaveProperty('/.well-known/oauth-protected-resource');
  });

  it('guards a method that asks for scopes in a class that is public', async () => {
    expect((await call('/mixed/open')).status).toBe(200);
    expect((await call('/mixed/closed', undefined, 'POST')).status).toBe(401);
  });

  it('closes what a class adds to one that is public', async () => {
    expect((await call('/more-mixed/added')).status).toBe(401);
    expect((await call('/more-mixed/open')).status).toBe(401);
    expect((await call('/more-mixed/added', await issuer.token(RESOURCE))).status).toBe(200);
  });

  it('asks for the scopes of a class at what another adds to it', async () => {
    const reader = await issuer.token(RESOURCE, { scope: 'things:read' });
    const writer = await issuer.token(RESOURCE, { scope: 'things:write' });

    expect((await call('/more-read/added', reader)).status).toBe(200);
    expect((await call('/more-read/added', writer)).status).toBe(403);
    expect((await call('/more-read/written', reader)).status).toBe(403);
  });

  it('does not start where a route has lost its scopes', async () => {
    const starting = startGuarded({ issuer: issuer.url, resource: RESOURCE }, [CarelessController]);

    await expect(starting).rejects.toThrow(/scopes are lost at CarelessController\.written/);
  });

  it.each([BoundController, FieldController])(
    'does not start where an instance replaces a route: %o',
    async (controller) => {
      const starting = startGuarded({ issuer: issuer.url, resource: RESOURCE }, [controller]);

      await expect(starting).rejects.toThrow(
        new RegExp(`have lost their decorators: ${controller.name}\\.written`),
      );
    },
  );

  it('lets nobody into a route that an instance has replaced which is made for the request', async () => {
    const app = await startGuarded({ issuer: issuer.url, resource: RESOURCE }, [
      BoundPerRequestController,
    ]);
    apps.push(app);

    expect((await fetch(`${await urlOf(app)}/bound/written`)).status).toBe(500);
  });

  it('does not start where scopes are asked for at what is no route', async () => {
    const options = { issuer: issuer.url, resource: RESOURCE };

    await expect(startGuarded(options, [HandlersController])).rejects.toThrow(
      /no HTTP routes: HandlersController\.write/,
    );
    await expect(startGuarded(options, [], [Gateway])).rejects.toThrow(
      /no HTTP routes: Gateway\.read/,
    );
  });

  it('lets through no call of another kind than HTTP, and says why', async () => {
    const [app] = apps;
    if (!app) throw new Error('no application was started');
    const things = app.get(ThingsController, { strict: false });
    // As @nestjs/graphql and @nestjs/websockets have their handlers called.
    const handlerOf = (name: 'undecorated' | 'open') => {
      const handler: unknown = Reflect.get(things, name);
      const contexts = app.get(ExternalContextCreator);
      const byDefault = undefined;
      return contexts.create(
        things,
        handler as () => unknown,
        name,
        byDefault,
        byDefault,
        byDefault,
        byDefault,
        byDefault,
        'ws',
      );
    };

    await expect(handlerOf('undecorated')({})).rejects.toThrow(
      'protects HTTP routes only, and ThingsController.undecorated was called by ws',
    );
    await expect(handlerOf('open')({})).resolves.toEqual({});
  });

  it('finds its client where an application has Passport keep others elsewhere', async () => {
    const elsewhere = { ...PassportModule.register({ property: 'principal' }), global: true };
    const options = { issuer: issuer.url, resource: RESOURCE };
    const app = await startGuarded(options, [ThingsController], [], undefined, [elsewhere]);
    const authorization = `Bearer ${await issuer.token(RESOURCE)}`;

    const answer = await fetch(`${await urlOf(app)}/things`, { headers: { authorization } });

    expect(answer.status).toBe(200);
    await app.close();
  });

  it('takes nobody for a client that another has put into the request', async () => {
    const options = { issuer: issuer.url, resource: RESOURCE };
    const app = await startGuarded(options, [StrangeController], [], (prepared) =>
      prepared
        .getHttpAdapter()
        .getInstance()
        .addHook('onRequest', async (request) => {
          Object.assign(request, { user: { clientId: 'of-a-session' } });
        }),
    );

    const answer = await fetch(`${await urlOf(app)}/strange`);

    expect(await answer.text()).not.toContain('of-a-session');
    expect(answer.status).toBe(500);
    await app.close();
  });

  it('says why a public route has no client', async () => {
    const errors: string[] = [];
    const app = await startGuarded(
      { issuer: issuer.url, resource: RESOURCE },
      [StrangeController],
      [],
      (prepared) =>
        prepared.useGlobalFilters({
          catch: (error, host) => {
            errors.push(String(error));
            void prepared.getHttpAdapter().reply(host.switchToHttp().getResponse(), {}, 500);
          },
        }),
    );
    const authorization = `Bearer ${await issuer.token(RESOURCE)}`;

    const answer = await fetch(`${await urlOf(app)}/strange`, { headers: { authorization } });

    expect(answer.status).toBe(500);
    expect(errors).toEqual([
      'Error: StrangeController.open has no client: a route that is @Public() cannot ask for one',
    ]);
    await app.close();
  });

  it('R09 keeps to its own audience beside another guarded application in the same process', async () => {
    const other = await start('https://other.example');
    const token = await issuer.token(RESOURCE);
    const authorization = { headers: { authorization: `Bearer ${token}` } };

    expect((await fetch(`${url}/things`, authorization)).status).toBe(200);
    expect((await fetch(`${other}/things`, authorization)).status).toBe(401);
  });

  it('R24 publishes its metadata', async () => {
    const answer = await call('/.well-known/oauth-protected-resource');

    expect(await answer.json()).toEqual({
      resource: RESOURCE,
      authorization_servers: [issuer.url],
      scopes_supported: ['things:read', 'things:write'],
      bearer_methods_supported: ['header'],
    });
  });
});

describe('the metadata of a resource', () => {
  it('R24 names no scopes where none are given', async () => {
    const app = await startGuarded({
      issuer: 'https://auth.example',
      resource: RESOURCE,
      keys: () => ({ keys: [] }),
    });

    const answer = await fetch(`${await urlOf(app)}/.well-known/oauth-protected-resource`);

    expect(await answer.json()).toEqual({
      resource: RESOURCE,
      authorization_servers: ['https://auth.example'],
      bearer_methods_supported: ['header'],
    });
    await app.close();
  });

  it.each<[string, (app: NestFastifyApplication) => unknown]>([
    [
      'has versions',
      (app) => app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    ],
    ['has a prefix', (app) => app.setGlobalPrefix('api', { exclude: ['.well-known/{*path}'] })],
    [
      'has both',
      (app) =>
        app
          .setGlobalPrefix('api', { exclude: ['.well-known/{*path}'] })
          .enableVersioning({ type: VersioningType.URI, defaultVersion: ['1', '2'] }),
    ],
  ])(
    'R24 R25 is where challenges say that it is in an application that %s',
    async (_what, prepare) => {
      const options = {
        issuer: 'https://auth.example',
        resource: `${RESOURCE}/v1/things?tenant=t`,
      };
      const app = await startGuarded(options, [], [], prepare);
      const { origin, pathname, search } = new URL(app.get(GuardsOptions).metadataUrl);

      const answer = await fetch((await urlOf(app)) + pathname + search);

      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ resource: options.resource });
      expect({ origin, search }).toEqual({ origin: RESOURCE, search: '?tenant=t' });
      await app.close();
    },
  );
});

describe('a guarded application whose wall clock is set back', () => {
  afterEach(() => void vi.useRealTimers());

  it('R23 recovers from an issuer that was away as soon as with one that is not', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const issuer = await TestIssuer.start();
    const app = await startGuarded({ issuer: issuer.url, resource: RESOURCE });
    const call = async () => {
      const authorization = `Bearer ${await issuer.token(RESOURCE)}`;
      return fetch(`${await urlOf(app)}/things`, { headers: { authorization } });
    };
    issuer.away = true;
    expect((await call()).status).toBe(503);

    vi.setSystemTime(Date.now() - 3_600_000);
    issuer.away = false;

    await expect.poll(async () => (await call()).status, { timeout: 5_000 }).toBe(200);
    await app.close();
    await issuer.stop();
  });
});

describe('an application that is guarded with the keys of its own process', () => {
  let key: TestSigningKey;
  let keys: JSONWebKeySet;
  let isRevoked: RevocationCheck;
  const refusals: Refusal[] = [];
  let app: NestFastifyApplication;

  beforeAll(async () => {
    key = await TestSigningKey.generate();
    app = await startGuarded({
      issuer: RESOURCE,
      resource: RESOURCE,
      keys: () => keys,
      isRevoked: (client) => isRevoked(client),
      onRefused: (refusal) => refusals.push(refusal),
    });
  });

  beforeEach(() => {
    keys = { keys: [key.publicJwk] };
    isRevoked = async () => false;
    refusals.length = 0;
  });

  afterAll(() => app.close());

  const token = (changes: JWTPayload = {}) =>
    key.sign(accessTokenClaims({ iss: RESOURCE, aud: RESOURCE, ...changes }));
  const call = async (accessToken: string) =>
    fetch(`${await urlOf(app)}/things`, { headers: { authorization: `Bearer ${accessToken}` } });

  it('R01 lets a good token through, as often as it comes', async () => {
    const good = await token({ client_id: 'c' });

    for (let n = 0; n < 2; n++) expect(await (await call(good)).json()).toEqual({ clientId: 'c' });
  });

  it('K06 refuses a token as soon as its key is withdrawn', async () => {
    const good = await token();
    expect((await call(good)).status).toBe(200);

    keys = { keys: [(await TestSigningKey.generate('next')).publicJwk] };

    expect((await call(good)).status).toBe(401);
    expect(refusals).toEqual([{ reason: 'unknown_key' }]);
  });

  it('V01 asks at every request whether a token is revoked, and refuses it at once', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const cut = { from: now - 60 };
    isRevoked = async ({ issuedAt }) => issuedAt < cut.from;
    const good = await token({ client_id: 'c', iat: now });
    expect((await call(good)).status).toBe(200);

    cut.from = now + 1;
    const refused = await call(good);

    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(refusals).toEqual([{ reason: 'revoked', clientId: 'c' }]);
  });

  it('does not ask about a token that is not good in itself', async () => {
    const asked: Client[] = [];
    isRevoked = async (client) => asked.push(client) > 0;

    expect((await call(await token({ aud: 'https://other.example' }))).status).toBe(401);
    expect(asked).toEqual([]);
  });

  it('lets nobody through while it cannot be told what is revoked', async () => {
    isRevoked = () => Promise.reject(new Error('the database is away'));

    expect((await call(await token())).status).toBe(500);
  });
});

describe('an application that is guarded by introspection', () => {
  const live = new Map<string, JWTPayload>();
  const refusals: Refusal[] = [];
  const events: string[] = [];
  let server: TestHttpServer;
  let away: boolean;
  let app: NestFastifyApplication;
  let url: string;

  beforeAll(async () => {
    server = await TestHttpServer.start((request) => (away ? { status: 503 } : answer(request)));
    app = await startGuarded({
      issuer: server.url,
      resource: RESOURCE,
      introspection: { clientId: 'things', clientSecret: async () => 'secret' },
      onRefused: (refusal) => refusals.push(refusal),
      onVerified: () => events.push('verified'),
      onIntrospectionFailed: ({ message }) => events.push(message),
    });
    url = await urlOf(app);
  });

  beforeEach(() => {
    away = false;
    refusals.length = 0;
    events.length = 0;
  });

  afterAll(async () => {
    await app.close();
    await server.stop();
  });

  function answer({ path, headers, body }: ReceivedRequest): TestAnswer {
    if (path.startsWith('/.well-known')) {
      return { body: { issuer: server.url, introspection_endpoint: `${server.url}/introspect` } };
    }
    if (headers.authorization !== `Basic ${btoa('things:secret')}`) return { status: 401 };
    const claims = live.get(new URLSearchParams(body).get('token') ?? '');
    return { body: claims ? { active: true, ...claims } : { active: false } };
  }

  /** Opaque, as another vendor's may be. */
  function issue(claims: JWTPayload = {}): string {
    const token = `opaque-${live.size}`;
    live.set(token, accessTokenClaims({ iss: server.url, aud: RESOURCE, ...claims }));
    return token;
  }

  const call = (token: string, method = 'GET') =>
    fetch(`${url}/things`, { method, headers: { authorization: `Bearer ${token}` } });

  it('R01 lets a live token through, with its own scopes only', async () => {
    const token = issue({ client_id: 'c', scope: 'things:read' });

    expect(await (await call(token)).json()).toEqual({ clientId: 'c' });
    expect((await call(token, 'POST')).status).toBe(403);
    expect(refusals).toEqual([
      {
        reason: 'insufficient_scope',
        clientId: 'c',
        neededScopes: ['things:read', 'things:write'],
      },
    ]);
    expect(events).toEqual(['verified', 'verified']);
  });

  it('V01 refuses a token at once when it is revoked', async () => {
    const token = issue();
    expect((await call(token)).status).toBe(200);

    live.delete(token);
    const refused = await call(token);

    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe(
      `Bearer error="invalid_token", error_description="The access token is not valid here", ${METADATA}`,
    );
    expect(refusals).toEqual([{ reason: 'inactive' }]);
  });

  it('keeps answers for as long as it is told to, and takes tokens as it is told to', async () => {
    const lenient = await startGuarded({
      issuer: server.url,
      resource: RESOURCE,
      introspection: { clientId: 'things', clientSecret: async () => 'secret', cacheSeconds: 60 },
      compatibility: ['client_id_in_azp'],
    });
    const token = issue({ client_id: undefined, azp: 'c' });
    const authorization = { headers: { authorization: `Bearer ${token}` } };
    const asked = () => server.requestsTo('/introspect').length;
    const before = asked();

    for (let n = 0; n < 3; n++) {
      const answer = await fetch(`${await urlOf(lenient)}/things`, authorization);
      expect(await answer.json()).toEqual({ clientId: 'c' });
    }
    expect(asked()).toBe(before + 1);
    expect((await call(token)).status).toBe(401);
    await lenient.close();
  });

  it('R03 does not ask about what can be no token', async () => {
    const before = server.requests.length;

    for (const token of ['a,b', 'a b', '"a"', 'a=b', 'a'.repeat(9_000)]) {
      expect((await call(token)).status).toBe(401);
    }
    expect(server.requests).toHaveLength(before);
    expect(new Set(refusals.map(({ reason }) => reason))).toEqual(new Set(['malformed']));
  });

  it('R23 answers 503 while the issuer is away, and recovers by itself', async () => {
    const token = issue();
    const verifier = app.get(AccessTokenVerifier);
    away = true;

    const refused = await call(token);

    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(refusals).toEqual([{ reason: 'introspection_unavailable' }]);
    expect(events).toContainEqual(expect.stringContaining('answered 503'));
    await expect(verifier.ready()).rejects.toThrow();
    away = false;
    expect((await call(token)).status).toBe(200);
    await expect(verifier.ready()).resolves.toBeUndefined();
  });
});

describe('an application that is guarded by keys and a feed of what is revoked', () => {
  const refusals: Refusal[] = [];
  const events: string[] = [];
  let issuer: TestIssuer;
  let server: TestHttpServer;
  let answer: TestAnswer;
  let app: NestFastifyApplication;

  beforeEach(async () => {
    refusals.length = 0;
    events.length = 0;
    answer = { status: 503 };
    issuer = await TestIssuer.start();
    server = await TestHttpServer.start(() => answer);
    app = await startGuarded({
      issuer: issuer.url,
      resource: RESOURCE,
      revocationFeed: {
        endpoint: server.url,
        clientId: 'things',
        clientSecret: async () => 'secret',
        pollSeconds: 1,
      },
      onRefused: (refusal) => refusals.push(refusal),
      onRemembered: () => events.push('remembered'),
      onRevocationsFetched: (outcome) => events.push(outcome),
    });
  });

  afterEach(async () => {
    await app.close();
    await issuer.stop();
    await server.stop();
  });

  const listOf = (revoked_tokens: readonly string[]) => ({
    body: { audiences: [RESOURCE], revoked_tokens, revoked_clients: [] },
  });
  const call = async (token: string) =>
    fetch(`${await urlOf(app)}/things`, { headers: { authorization: `Bearer ${token}` } });
  /** Waits for the next of the polls, which are a second apart. */
  const expectStatus = async (token: string, status: number) =>
    expect.poll(async () => (await call(token)).status, { timeout: 5_000 }).toBe(status);

  it('V01 refuses a token, though it remembers it, once the feed says that it is revoked', async () => {
    answer = listOf([]);
    const token = await issuer.token(RESOURCE, { client_id: 'c', jti: 'j' });
    await expectStatus(token, 200);

    answer = listOf(['j']);

    await expectStatus(token, 401);
    const refused = await call(token);
    expect(refused.headers.get('www-authenticate')).toBe(
      `Bearer error="invalid_token", error_description="The access token is not valid here", ${METADATA}`,
    );
    expect(refusals.at(-1)).toEqual({ reason: 'revoked', clientId: 'c' });
    expect(events).toContain('success');
    expect(events.at(-1)).toBe('remembered');
    await expectStatus(await issuer.token(RESOURCE, { jti: 'k' }), 200);
  });

  it('R23 answers 503 until the feed has answered, and recovers by itself', async () => {
    const verifier = app.get(AccessTokenVerifier);
    const token = await issuer.token(RESOURCE);

    const refused = await call(token);

    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(refusals).toEqual([{ reason: 'revocations_unavailable' }]);
    expect(verifier.dependency).toBe('issuer keys and revocation feed');
    await expect(verifier.ready()).rejects.toThrow('it is not known what is revoked');
    answer = listOf([]);
    await expectStatus(token, 200);
    await expect(verifier.ready()).resolves.toBeUndefined();
  });
});
