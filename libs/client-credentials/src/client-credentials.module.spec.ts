import 'reflect-metadata';
import { TestHttpServer, type ReceivedRequest, type TestAnswer } from '@m2m/testing';
import { NestFactory } from '@nestjs/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuthorizedHttpService, ClientCredentialsModule } from './client-credentials.module.js';

const REFUSED: TestAnswer = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
};

describe('the authorised HTTP service', () => {
  let issuer: TestHttpServer;
  let api: TestHttpServer;
  let answer: (request: ReceivedRequest) => TestAnswer;
  let http: AuthorizedHttpService['axiosRef'];

  beforeEach(async () => {
    let count = 0;
    issuer = await TestHttpServer.start(() => ({
      body: { access_token: `t${++count}`, token_type: 'Bearer', expires_in: 300 },
    }));
    answer = () => ({ body: { fine: true } });
    api = await TestHttpServer.start((request) => answer(request));
    const module = ClientCredentialsModule.forRoot({
      apiUrl: api.url,
      headers: () => ({ traceparent: '00-abc' }),
      registration: {
        issuer: issuer.url,
        tokenEndpoint: `${issuer.url}/token`,
        clientId: 'c',
        authMethod: 'client_secret_basic',
        clientSecret: async () => 's',
        scopes: [],
        resource: api.url,
      },
    });
    const app = await NestFactory.createApplicationContext(module, { logger: false });
    http = app.get(AuthorizedHttpService).axiosRef;
  });

  afterEach(async () => {
    await Promise.all([issuer.stop(), api.stop()]);
  });

  it('sends the token and the given headers', async () => {
    const { data } = await http.get<unknown>('/orders');

    expect(data).toEqual({ fine: true });
    expect(api.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer t1',
      traceparent: '00-abc',
    });
    expect(issuer.requests[0]?.headers).toMatchObject({ traceparent: '00-abc' });
  });

  it('B04 sends a refused request once more with a new token', async () => {
    answer = ({ headers }) => (headers.authorization === 'Bearer t1' ? REFUSED : {});

    await http.put('/orders/1/billing', { invoiceId: 'i' });

    expect(api.requests.map(({ body }) => body)).toEqual(Array(2).fill('{"invoiceId":"i"}'));
    expect(issuer.requests).toHaveLength(2);
  });

  it('B04 ends with the second refusal', async () => {
    answer = () => REFUSED;

    await expect(http.get('/orders')).rejects.toMatchObject({ response: { status: 401 } });
    expect(api.requests).toHaveLength(2);
  });

  it.each<[string, TestAnswer]>([
    ['403', { status: 403, headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' } }],
    ['a 401 that is not about the token', { status: 401 }],
    ['500', { status: 500 }],
  ])('B04 does not repeat a request after %s', async (_what, refusal) => {
    answer = () => refusal;

    await expect(http.get('/orders')).rejects.toThrow();
    expect(api.requests).toHaveLength(1);
    expect(issuer.requests).toHaveLength(1);
  });

  it('B08 sends the token to no other origin', async () => {
    const elsewhere = await TestHttpServer.start(() => ({}));

    await expect(http.get(`${elsewhere.url}/orders`)).rejects.toThrow('another origin');
    answer = () => ({ status: 302, headers: { location: `${elsewhere.url}/orders` } });
    await expect(http.get('/orders')).rejects.toMatchObject({ response: { status: 302 } });

    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
  });

  it('never sends a request without a token', async () => {
    await issuer.stop();

    await expect(http.get('/orders')).rejects.toThrow('no access token');
    expect(api.requests).toEqual([]);
  });
});
