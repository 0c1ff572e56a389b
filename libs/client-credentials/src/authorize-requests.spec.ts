import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TestClock } from '@m2m/testing';
import type { AxiosInstance } from 'axios';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorizeRequests } from './authorize-requests.js';
import { createHttpClient } from './http-client.js';
import { IssuerClient } from './issuer-client.js';
import { TokenProvider } from './token-provider.js';

/** Longer than a token that was refused has to wait for its replacement. */
const LONG_SECONDS = 11;

describe('authorised requests', () => {
  const clock = new TestClock();
  let server: Server;
  let http: AxiosInstance;
  let answer: (response: ServerResponse) => void;
  let calls: IncomingMessage[];
  let ports: (number | undefined)[];
  let tokens: number;

  beforeEach(async () => {
    [calls, ports, tokens] = [[], [], 0];
    server = createServer((request, response) => {
      if (request.url === '/token') {
        const token = { access_token: `t${++tokens}`, token_type: 'Bearer', expires_in: 3_600 };
        response.setHeader('content-type', 'application/json').end(JSON.stringify(token));
      } else {
        calls.push(request);
        ports.push(request.socket.remotePort);
        answer(response);
      }
    }).listen(0, 'localhost');
    await once(server, 'listening');
    const url = `http://localhost:${(server.address() as AddressInfo).port}`;
    const provider = new TokenProvider(
      'orders',
      {
        apiUrl: url,
        issuer: url,
        tokenEndpoint: `${url}/token`,
        clientId: 'c',
        authMethod: 'client_secret_basic',
        clientSecret: async () => 's',
      },
      { client: new IssuerClient(), now: clock.now, uptime: clock.now, random: () => 0 },
    );
    http = authorizeRequests(createHttpClient({ baseURL: url }), url, provider);
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
  });

  it('leaves the error of an address that is none as axios has it', async () => {
    await expect(http.get('http:evil')).rejects.toMatchObject({ code: 'ERR_INVALID_URL' });
    expect(calls).toEqual([]);
  });

  const refusing = (challenge: string) => (response: ServerResponse) =>
    void response.writeHead(401, { 'www-authenticate': challenge }).end();

  it('B04 are sent twice at most, however slowly they are refused', async () => {
    answer = (response) => {
      clock.advance({ seconds: LONG_SECONDS });
      refusing('Bearer error="invalid_token"')(response);
    };

    await expect(http.get('/')).rejects.toMatchObject({ response: { status: 401 } });

    expect(calls.map(({ headers }) => headers.authorization)).toEqual(['Bearer t1', 'Bearer t2']);
  });

  it.each([
    'Bearer error="invalid_token"',
    'Bearer error=invalid_token',
    'bearer realm="a b", ERROR = "invalid_token", error_description="x"',
  ])('B04 are sent again after the challenge %s', async (challenge) => {
    answer = (response) =>
      calls.length === 1 ? refusing(challenge)(response) : void response.end();

    expect((await http.get('/')).status).toBe(200);
  });

  it.each([
    'Bearer',
    'Bearer error="invalid_request"',
    'Bearer error="invalid_token_type"',
    'Bearer my_error="invalid_token"',
  ])('B04 are not sent again after the challenge %s', async (challenge) => {
    answer = refusing(challenge);

    await expect(http.get('/')).rejects.toMatchObject({ response: { status: 401 } });

    expect(calls).toHaveLength(1);
  });

  it('go over one connection, one after the other', async () => {
    answer = (response) => void response.end();

    for (let times = 0; times < 3; times += 1) await http.get('/');

    expect(new Set(ports).size).toBe(1);
  });

  it('are ended by a signal in the middle of an answer that comes drop by drop', async () => {
    answer = (response) => {
      response.writeHead(200);
      const dripping = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(dripping));
    };

    const attempt = http.get('/', { signal: AbortSignal.timeout(100) });

    await expect(attempt).rejects.toMatchObject({ code: 'ERR_CANCELED' });
    await expect.poll(() => calls[0]?.socket.destroyed).toBe(true);
  });

  it('give up the rest of an answer that is followed by another', async () => {
    answer = (response) => {
      if (calls.length > 1) return void response.end();
      response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' });
      response.write('more to come');
    };

    expect((await http.get('/', { responseType: 'stream' })).status).toBe(200);

    await expect.poll(() => calls[0]?.socket.destroyed).toBe(true);
  });
});
