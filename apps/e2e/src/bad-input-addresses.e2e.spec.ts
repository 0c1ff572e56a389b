import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { members, send, sendBytes, shown, type Answer } from './support/http.js';
import { accessTokenFor, requestToken } from './support/oauth.js';
import { problemIn } from './support/orders.js';
import { system } from './support/system.js';

const CANARY = 'canary-4f1c';

describe('bad addresses and methods', () => {
  const apps = [system.authServer, system.ordersApi, system.billingWorker];
  const expectProblem = (answer: Answer, status: number) => {
    problemIn(answer, status);
    expect(answer.text).not.toContain(CANARY);
  };

  it('answers 404 in the form of the protocol for addresses that are not there', async () => {
    for (const url of apps) {
      for (const path of [`/${CANARY}`, '/', '/.env', '/orders/x/y/z', `/${'a'.repeat(3_000)}`]) {
        const answer = await send(url + path);
        expectProblem(answer, 404);
      }
    }
  });

  it('answers 404 below the OAuth endpoints by an OAuth error', async () => {
    const answer = await send(`${system.authServer}/oauth2/${CANARY}`);

    expect(answer.status).toBe(404);
    expect(members(answer)['error']).toBe('invalid_request');
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('answers 4xx for addresses that are malformed', async () => {
    for (const url of apps) {
      for (const path of ['/%', '/%zz', '/orders/%E0%A4%A', '/%c0%ae%c0%ae/', '//', '/oauth2/%']) {
        const { host } = new URL(url);
        const request = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
        const answer = await sendBytes(url, request);
        expect(answer.status, `${path} ${shown(answer)}`).toBeGreaterThanOrEqual(400);
        expect(answer.status, `${path} ${shown(answer)}`).toBeLessThan(500);
      }
    }
  });

  it('A03 answers in the same form however the address is written', async () => {
    const { host } = new URL(system.authServer);
    const ask = (method: string, target: string) =>
      sendBytes(
        system.authServer,
        `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n` +
          'Authorization: Basic eDp5\r\nContent-Length: 29\r\n' +
          'Content-Type: application/x-www-form-urlencoded\r\n\r\ngrant_type=client_credentials',
      );

    for (const target of ['/oauth2/token', '/%6fauth2/%74oken', `http://${host}/oauth2/token`]) {
      const refusal = await ask('POST', target);
      expect(refusal.status, target).toBe(401);
      expect(members(refusal)['error'], target).toBe('invalid_client');
      expect(refusal.headers.get('www-authenticate'), target).toMatch(/^Basic /);
      const wrongMethod = await ask('PUT', target);
      expect(wrongMethod.status, target).toBe(405);
      expect(wrongMethod.headers.get('allow'), target).toBe('POST');
    }
  });

  it('answers other methods on addresses that are there by 405', async () => {
    const token = await accessTokenFor('e2e-basic');
    const cases = [
      { url: `${system.ordersApi}/orders`, method: 'DELETE', allow: 'GET, HEAD, POST' },
      { url: `${system.ordersApi}/orders/${randomUUID()}`, method: 'PATCH', allow: 'GET, HEAD' },
      { url: `${system.ordersApi}/orders/${randomUUID()}/billing`, method: 'POST', allow: 'PUT' },
      { url: `${system.billingWorker}/billing/summary`, method: 'POST', allow: 'GET, HEAD' },
    ];

    for (const { url, method, allow } of cases) {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await send(url, { method, headers });
      expectProblem(answer, 405);
      expect(answer.headers.get('allow')).toBe(allow);
    }
  });

  it('answers what is no HTTP, and header fields without end, by 4xx and goes on', async () => {
    for (const url of apps) {
      const { host } = new URL(url);
      const bad = [
        'GET / HTTP/1.1\r\n\r\n',
        `G\0T / HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
        `GET /health/live HTTP/1.1\r\nHost: ${host}\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
        `POST /orders HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        `POST /orders HTTP/1.1\r\nHost: ${host}\r\nContent-Length: -5\r\n\r\n`,
      ];
      for (const bytes of bad) {
        const answer = await sendBytes(url, bytes);
        expect(answer.status, bytes.slice(0, 60)).toBeGreaterThanOrEqual(400);
        expect(answer.status, bytes.slice(0, 60)).toBeLessThan(500);
      }
      expect((await send(`${url}/health/live`)).status).toBe(200);
    }
    expect((await requestToken('e2e-basic')).status).toBe(200);
  });
});
