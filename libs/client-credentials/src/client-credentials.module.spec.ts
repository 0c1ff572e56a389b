import 'reflect-metadata';
import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { TestHttpServer, type ReceivedRequest, type TestAnswer } from '@m2m/testing';
import { HttpService } from '@nestjs/axios';
import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AxiosResponse } from 'axios';
import { lastValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  ClientCredentialsModule,
  httpServiceToken,
  InjectHttpService,
  InjectTokenProvider,
  tokenProviderToken,
  type ClientCredentialsModuleOptions,
} from './client-credentials.module.js';
import type { ClientRegistration } from './client-registration.js';
import { TokenProvider } from './token-provider.js';

const SECRET = 'the-secret-of-the-client';
const REFUSED: TestAnswer = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
};

@Injectable()
class Billing {
  constructor(
    @InjectHttpService('billing') readonly http: HttpService,
    @InjectTokenProvider('billing') readonly tokens: TokenProvider,
  ) {}
}

@Module({})
class Root {}

function start(options: ClientCredentialsModuleOptions, providers = [Billing]) {
  const imports = [ClientCredentialsModule.forRoot(options)];
  return NestFactory.createApplicationContext(
    { module: Root, imports, providers },
    { logger: false, abortOnError: false },
  );
}

describe('the HTTP service', () => {
  let issuer: TestHttpServer;
  let api: TestHttpServer;
  let elsewhere: TestHttpServer;
  let tokenAnswer: () => TestAnswer | Promise<TestAnswer>;
  let answer: (request: ReceivedRequest) => TestAnswer;
  let app: INestApplicationContext;
  let http: HttpService['axiosRef'];
  let retried: string[];

  beforeEach(async () => {
    let count = 0;
    tokenAnswer = () => ({
      body: { access_token: `t${++count}`, token_type: 'Bearer', expires_in: 300 },
    });
    issuer = await TestHttpServer.start(() => tokenAnswer());
    answer = () => ({ body: { fine: true } });
    api = await TestHttpServer.start((request) => answer(request));
    elsewhere = await TestHttpServer.start(() => ({}));
    retried = [];
    app = await start({
      registrations: { billing: registration() },
      headers: () => ({ traceparent: '00-abc', authorization: 'Basic x' }),
      events: { onCallRetried: (name) => retried.push(name) },
    });
    http = app.get(Billing).http.axiosRef;
  });

  afterEach(async () => {
    vi.useRealTimers();
    await Promise.all([app.close(), issuer.stop(), api.stop(), elsewhere.stop()]);
  });

  const registration = (): ClientRegistration => ({
    apiUrl: api.url,
    issuer: issuer.url,
    tokenEndpoint: `${issuer.url}/token`,
    clientId: 'c',
    authMethod: 'client_secret_basic',
    clientSecret: async () => SECRET,
  });
  const authorizations = () => api.requests.map(({ headers }) => headers.authorization);

  it('sends the token and the given headers', async () => {
    const { data } = await http.get<unknown>('/orders');

    expect(data).toEqual({ fine: true });
    expect(api.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer t1',
      traceparent: '00-abc',
    });
    expect(issuer.requests[0]?.headers).toMatchObject({ traceparent: '00-abc' });
  });

  it('leaves the headers that a request has of its own, and those that it is to be without', async () => {
    await http.get('/orders', { headers: { Traceparent: '00-own' } });
    await http.get('/orders', { headers: { traceparent: false } });

    expect(api.requests.map(({ headers }) => headers['traceparent'])).toEqual([
      '00-own',
      undefined,
    ]);
    expect(authorizations()).toEqual(['Bearer t1', 'Bearer t1']);
  });

  it('sends it with the observables of Nest, too', async () => {
    const { data } = await lastValueFrom(app.get(Billing).http.post<unknown>('/orders', { a: 1 }));

    expect(data).toEqual({ fine: true });
    expect(authorizations()).toEqual(['Bearer t1']);
  });

  it('sends the same token as the provider of that name hands out', async () => {
    expect(await app.get(Billing).tokens.getToken()).toBe('t1');
    await http.get('/orders');

    expect(authorizations()).toEqual(['Bearer t1']);
    expect(app.get(tokenProviderToken('billing'))).toBe(app.get(Billing).tokens);
    expect(app.get(httpServiceToken('billing'))).toBe(app.get(Billing).http);
  });

  describe('once the API has refused a token', () => {
    it('B04 sends a request once more with a new one', async () => {
      answer = ({ headers }) => (headers.authorization === 'Bearer t1' ? REFUSED : {});

      await http.put('/orders/1/billing', { invoiceId: 'i' });

      expect(api.requests.map(({ body }) => body)).toEqual(Array(2).fill('{"invoiceId":"i"}'));
      expect(authorizations()).toEqual(['Bearer t1', 'Bearer t2']);
      expect(retried).toEqual(['billing']);
    });

    it('B04 sends it once more also where callers take a 401 for an answer', async () => {
      answer = ({ headers }) => (headers.authorization === 'Bearer t1' ? REFUSED : {});

      const { status } = await http.get('/orders', { validateStatus: () => true });

      expect(status).toBe(200);
      answer = () => REFUSED;
      const { status: second } = await http.get('/orders', { validateStatus: () => true });
      expect(second).toBe(401);
    });

    it('B04 sends many that were under way once more, with one new token', async () => {
      answer = ({ headers }) => (headers.authorization === 'Bearer t1' ? REFUSED : {});

      await Promise.all(Array.from({ length: 20 }, () => http.get('/orders')));

      expect(issuer.requests).toHaveLength(2);
      expect(api.requests).toHaveLength(40);
    });

    it('B04 ends with the second refusal', async () => {
      answer = () => REFUSED;

      await expect(http.get('/orders')).rejects.toMatchObject({ response: { status: 401 } });
      expect(api.requests).toHaveLength(2);
    });

    it('B04 asks for no token at each call to an API that refuses all', async () => {
      answer = () => REFUSED;
      for (let call = 0; call < 20; call++) await expect(http.get('/orders')).rejects.toThrow();

      expect(issuer.requests).toHaveLength(2);
      expect(api.requests).toHaveLength(21);
    });

    it.each<[string, TestAnswer]>([
      ['403', { status: 403, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }],
      [
        'insufficient_scope',
        { status: 403, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } },
      ],
      ['a 401 that is not about the token', { status: 401 }],
      [
        'a 401 that only mentions it',
        { status: 401, headers: { 'www-authenticate': 'Bearer realm="invalid_token"' } },
      ],
      ['500', { status: 500 }],
    ])('B04 does not repeat a request after %s', async (_what, refusal) => {
      answer = () => refusal;

      await expect(http.get('/orders')).rejects.toThrow();
      expect(api.requests).toHaveLength(1);
      expect(issuer.requests).toHaveLength(1);
    });

    it.each<[string, () => unknown]>([
      ['a text', () => 'twice'],
      ['parameters', () => new URLSearchParams({ a: 'twice' })],
      ['a buffer', () => Buffer.from('twice')],
      ['an array buffer', () => new TextEncoder().encode('twice').buffer],
      ['a blob', () => new Blob(['twice'])],
      ['a form', () => formOf('twice')],
    ])('B04 can send %s again', async (_what, body) => {
      answer = ({ headers }) => (headers.authorization === 'Bearer t1' ? REFUSED : {});

      await http.post('/orders', body());

      expect(api.requests).toHaveLength(2);
      for (const { body: received } of api.requests) expect(received).toContain('twice');
    });

    it.each<[string, () => unknown]>([
      ['a stream', () => Readable.from(['once'])],
      // What the package form-data makes is a stream.
      [
        'a form that is a stream',
        () => Object.assign(Readable.from(['once']), { append: () => 0 }),
      ],
    ])('B04 does not repeat %s, which has been read', async (_what, body) => {
      answer = () => REFUSED;

      await expect(http.post('/orders', body())).rejects.toMatchObject({ status: 401 });
      expect(api.requests).toHaveLength(1);
      answer = () => ({});
      await http.get('/orders');
      expect(authorizations()).toEqual(['Bearer t1', 'Bearer t2']);
    });

    it('B04 transforms a body once, though it sends it twice', async () => {
      answer = ({ headers }) => (headers.authorization === 'Bearer t1' ? REFUSED : {});

      await http.post('/orders', 'body', {
        transformRequest: (body: string, headers) => {
          headers.set('X-Seal', `sealed ${body}`);
          return `<${body}>`;
        },
      });

      expect(api.requests.map(({ body }) => body)).toEqual(['<body>', '<body>']);
      expect(api.requests.map(({ headers }) => headers['x-seal'])).toEqual(
        Array(2).fill('sealed body'),
      );
    });

    it('B04 shows the interceptors of an application one exchange, though there are two', async () => {
      const seen: unknown[] = [];
      http.interceptors.request.use((request) => {
        seen.push(request.url);
        return Object.assign(request, { url: `/v1${request.url}` });
      });
      http.interceptors.response.use((response: AxiosResponse<{ value: string }>) => {
        seen.push(response.status);
        return Object.assign(response, { data: response.data.value });
      });
      answer = ({ headers }) =>
        headers.authorization === 'Bearer t1' ? REFUSED : { body: { value: 'kept' } };

      expect((await http.get<string>('/orders')).data).toBe('kept');
      expect(seen).toEqual(['/orders', 200]);
      expect(api.requests.map(({ path }) => path)).toEqual(['/v1/orders', '/v1/orders']);
    });

    it('B04 shows them the second refusal, and no token in its error', async () => {
      const seen: unknown[] = [];
      http.interceptors.response.use(undefined, (error: unknown) => {
        seen.push(error);
        throw error;
      });
      answer = () => REFUSED;

      await expect(http.get('/orders')).rejects.toMatchObject({ response: { status: 401 } });

      expect(seen).toHaveLength(1);
      expect(inspect(seen, { depth: 20, showHidden: true })).not.toMatch(/\bt[12]\b/);
    });

    it('B04 sends a request whose answer is read as a stream once more', async () => {
      answer = ({ headers }) =>
        headers.authorization === 'Bearer t1' ? { ...REFUSED, body: 'x'.repeat(100_000) } : {};

      const { status } = await http.get('/orders', { responseType: 'stream' });

      expect(status).toBe(200);
    });
  });

  describe('keeps the token', () => {
    it.each<[string, (url: string) => string]>([
      ['another URL', (url) => `${url}/orders`],
      ['a URL without a scheme', (url) => `${url.replace('http:', '')}/orders`],
      ['a URL with backslashes', (url) => `${url.replace('//', '\\\\')}/orders`],
      ['a URL with the API as its credentials', (url) => url.replace('//', `//${apiHost()}@`)],
      ['another scheme', () => `https://${apiHost()}/orders`],
    ])('B08 from %s', async (_what, urlOf) => {
      await expect(http.get(urlOf(elsewhere.url))).rejects.toThrow();

      expect(elsewhere.requests).toEqual([]);
      expect(authorizations()).toEqual([]);
    });

    const apiHost = () => new URL(api.url).host;

    it.each([
      ' http://localhost:1/orders',
      'data:application/json,{}',
      '@localhost:1/orders',
      '/@localhost:1/orders',
      '..//localhost:1/orders',
      '.localhost:1/orders',
      ':1/orders',
    ])('B08 at the API for the path %s', async (path) => {
      await http.get(path);

      expect(authorizations()).toEqual(['Bearer t1']);
    });

    it('B08 from the base URL of a single request', async () => {
      await expect(http.get('/orders', { baseURL: elsewhere.url })).rejects.toThrow(
        'another origin',
      );

      expect(elsewhere.requests).toEqual([]);
    });

    it('B08 from the proxy and the socket of a single request', async () => {
      const { hostname: host, port } = new URL(elsewhere.url);
      await http.get('/orders', { proxy: { host, port: Number(port) } });
      await http.get('/orders', { socketPath: '/nowhere.sock' });

      expect(elsewhere.requests).toEqual([]);
      expect(authorizations()).toEqual(['Bearer t1', 'Bearer t1']);
    });

    it.each<[string, object]>([
      ['by default', {}],
      ['though a request allows them', { maxRedirects: 5 }],
      ['though it is made by fetch', { maxRedirects: 5, adapter: 'fetch' }],
    ])('B08 from where it is redirected to, %s', async (_how, config) => {
      answer = () => ({ status: 307, headers: { location: `${elsewhere.url}/orders` } });
      await expect(http.get('/orders', config)).rejects.toMatchObject({
        response: { status: 307 },
      });
      answer = () => ({ status: 302, headers: { location: '/orders?access_token=t1' } });
      await expect(http.get('/orders', config)).rejects.toMatchObject({
        response: { status: 302 },
      });

      expect(elsewhere.requests).toEqual([]);
      expect(api.requests.map(({ path }) => path)).toEqual(['/orders', '/orders']);
    });

    it.each([
      { headers: { Authorization: 'Basic eDp5' } },
      { headers: { authorization: false } },
      { auth: { username: 'x', password: 'y' } },
    ])('in its place, whatever a request has there: %j', async (config) => {
      await http.get('/orders', config);

      expect(authorizations()).toEqual(['Bearer t1']);
    });

    it('and sends none in place of it where a URL has other credentials', async () => {
      const url = `${api.url.replace('//', '//user:password@')}/orders`;

      await expect(http.get(url)).rejects.toThrow('another origin');
      expect(api.requests).toEqual([]);
    });

    it('B08 out of every error', async () => {
      const errors: unknown[] = [];
      const errorOf = (attempt: Promise<unknown>) =>
        attempt.catch((error: unknown) => errors.push(error));
      for (const status of [302, 400, 401, 500]) {
        answer = () => ({ status });
        await errorOf(http.get('/orders'));
      }
      answer = () => REFUSED;
      await errorOf(http.post('/orders', { a: 1 }));
      await errorOf(http.get('/orders', { signal: AbortSignal.timeout(1) }));
      await api.stop();
      await errorOf(http.get('/orders'));

      expect(errors.length).toBeGreaterThanOrEqual(6);
      expect(inspect(errors, { depth: 20, showHidden: true })).not.toMatch(/\bt[12]\b/);
    });
  });

  it('never sends a request without a token', async () => {
    await issuer.stop();

    await expect(http.get('/orders')).rejects.toThrow('no access token');
    expect(api.requests).toEqual([]);
  });

  it('B05 asks for a token when it is due, though the wall clock is set back meanwhile', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const clocked = await start({ registrations: { billing: registration() } });
    const { axiosRef } = clocked.get(Billing).http;
    const whenFine = tokenAnswer;
    tokenAnswer = () => ({ status: 503 });
    await expect(axiosRef.get('/orders')).rejects.toThrow('unavailable');

    vi.setSystemTime(Date.now() - 3_600_000);
    tokenAnswer = whenFine;

    const status = () =>
      axiosRef.get('/orders').then(
        (response) => response.status,
        () => undefined,
      );
    await expect.poll(status, { timeout: 5_000 }).toBe(200);
    await clocked.close();
  });

  it('waits for a token no longer than for the request', async () => {
    const release = Promise.withResolvers<TestAnswer>();
    tokenAnswer = () => release.promise;
    const impatient = new AbortController();
    const first = http.get('/orders', { signal: impatient.signal });
    const second = http.get('/orders');
    await expect.poll(() => issuer.requests.length).toBe(1);

    impatient.abort();
    await expect(first).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    expect(api.requests).toEqual([]);

    release.resolve({ body: { access_token: 't', token_type: 'Bearer' } });
    await expect(second).resolves.toMatchObject({ status: 200 });
    expect(api.requests).toHaveLength(1);
  });

  it('sends nothing for an observable that nobody waits for any more', async () => {
    const release = Promise.withResolvers<TestAnswer>();
    tokenAnswer = () => release.promise;
    const subscription = app.get(Billing).http.get('/orders').subscribe();
    await expect.poll(() => issuer.requests.length).toBe(1);

    subscription.unsubscribe();
    release.resolve({ body: { access_token: 't', token_type: 'Bearer' } });
    await http.get('/other');

    expect(api.requests.map(({ path }) => path)).toEqual(['/other']);
  });
});

describe('the module', () => {
  const registration: ClientRegistration = {
    apiUrl: 'https://api.example',
    issuer: 'https://auth.example',
    clientId: 'c',
    authMethod: 'client_secret_basic',
    clientSecret: async () => SECRET,
  };

  it('B03 keeps a provider and an HTTP service for each registration', async () => {
    let count = 0;
    const issuer = await TestHttpServer.start(() => ({
      body: { access_token: `t${++count}`, token_type: 'Bearer', expires_in: 300 },
    }));
    const at = { ...registration, tokenEndpoint: `${issuer.url}/token` };
    const app = await start({
      registrations: { billing: at, reporting: { ...at, clientId: 'other' } },
    });
    const billing = app.get<TokenProvider>(tokenProviderToken('billing'));
    const reporting = app.get<TokenProvider>(tokenProviderToken('reporting'));

    expect([await billing.getToken(), await reporting.getToken()]).toEqual(['t1', 't2']);
    expect([await billing.getToken(), await reporting.getToken()]).toEqual(['t1', 't2']);
    expect(app.get(httpServiceToken('reporting'))).toBeInstanceOf(HttpService);
    await app.close();
    await issuer.stop();
  });

  it('takes options that are made of what the application has', async () => {
    const SETTINGS = 'settings';
    @Module({ providers: [{ provide: SETTINGS, useValue: registration }], exports: [SETTINGS] })
    class Settings {}
    const asynchronous = ClientCredentialsModule.forRootAsync({
      names: ['billing'],
      imports: [Settings],
      inject: [SETTINGS],
      useFactory: async (billing: ClientRegistration) => ({ registrations: { billing } }),
    });

    const app = await NestFactory.createApplicationContext(
      { module: Root, imports: [asynchronous], providers: [Billing] },
      { logger: false, abortOnError: false },
    );

    expect(app.get(Billing).tokens).toBeInstanceOf(TokenProvider);
    await app.close();
  });

  it.each<[string, Partial<ClientRegistration>]>([
    ['billing: apiUrl must be', { apiUrl: '/orders' }],
    ['billing: issuer must be', { issuer: 'auth.example' }],
    ['billing: tokenEndpoint must be', { tokenEndpoint: 'https://a:b@auth.example/token' }],
    ['billing: clientId is missing', { clientId: '' }],
    ['billing: the parameter scope cannot', { parameters: { scope: 'a' } }],
    ['billing: the parameter grant_type cannot', { parameters: { grant_type: 'password' } }],
    ['billing: the parameter client_secret cannot', { parameters: { client_secret: 'a' } }],
  ])('refuses what cannot work: %s', async (message, changes) => {
    const billing = { ...registration, ...changes } as ClientRegistration;

    await expect(start({ registrations: { billing } })).rejects.toThrow(message);
  });

  it('refuses names that no registration has', async () => {
    const module = ClientCredentialsModule.forRootAsync({
      names: ['billing'],
      useFactory: () => ({ registrations: {} }),
    });

    await expect(
      NestFactory.createApplicationContext(module, { logger: false, abortOnError: false }),
    ).rejects.toThrow('there is no registration billing');
  });
});

function formOf(value: string): FormData {
  const form = new FormData();
  form.append('a', value);
  return form;
}
