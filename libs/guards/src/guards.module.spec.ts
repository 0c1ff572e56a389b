import 'reflect-metadata';
import { TestIssuer } from '@m2m/testing';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refusalReasons, type Refusal } from './guards-events.js';
import { GuardsModule } from './guards.module.js';
import { CurrentClient } from './scopes/current-client.decorator.js';
import { Public } from './scopes/public.decorator.js';
import { RequireScopes } from './scopes/require-scopes.decorator.js';
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

@Module({})
class ThingsModule {}

describe('a guarded application', () => {
  const refusals: Refusal[] = [];
  const events: string[] = [];
  let issuer: TestIssuer;
  const apps: NestFastifyApplication[] = [];
  let url: string;

  beforeAll(async () => {
    issuer = await TestIssuer.start();
    url = await start(RESOURCE);
  });

  async function start(resource: string): Promise<string> {
    const guards = GuardsModule.forRoot({
      issuer: issuer.url,
      resource,
      scopesSupported: ['things:read', 'things:write'],
      onRefused: (refusal) => refusals.push(refusal),
      onAccepted: () => events.push('accepted'),
      onRemembered: () => events.push('remembered'),
      onVerified: (seconds) => events.push(seconds > 0 && seconds < 60 ? 'verified' : 'unlikely'),
      onKeysFetched: (outcome) => events.push(`keys ${outcome}`),
    });
    const module = {
      module: ThingsModule,
      imports: [guards],
      controllers: [ThingsController, MixedController],
    };
    const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), {
      logger: false,
    });
    await app.listen(0, 'localhost');
    apps.push(app);
    return (await app.getUrl()).replace('[::1]', 'localhost');
  }

  beforeEach(() => {
    refusals.length = 0;
    events.length = 0;
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
    expect(refusals).toEqual([{ reason: 'insufficient_scope', clientId: 'c' }]);
  });

  it('lets a token with all the scopes through', async () => {
    const token = await issuer.token(RESOURCE, { scope: 'things:write x things:read' });

    expect((await call('/things', token, 'POST')).status).toBe(201);
  });

  it('guards a method that asks for scopes in a class that is public', async () => {
    expect((await call('/mixed/open')).status).toBe(200);
    expect((await call('/mixed/closed', undefined, 'POST')).status).toBe(401);
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
