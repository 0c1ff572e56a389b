import { Controller, Get, Injectable, Module, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEventLogger } from '../logging/event-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { ProblemDetailsFilter } from '../problem-details/problem-details.filter.js';
import { createHttpApplication } from './http-application.js';

@Injectable()
class Greeting {
  readonly text = 'hello';
}

@Controller('things')
class ThingsController {
  constructor(private readonly greeting: Greeting) {}

  @Get()
  list(): { text: string } {
    return { text: this.greeting.text };
  }

  @Post()
  add(): void {
    throw new Error('hunter2 at /srv/app');
  }

  @Get(':id')
  show(): void {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- libraries do such things
    throw 'hunter2';
  }
}

@Module({ controllers: [ThingsController], providers: [Greeting] })
class ThingsModule {}

/** More than it takes, even on a busy machine. */
const PATIENCE = { timeout: 4_000 };

describe('an HTTP application', () => {
  const lines: string[] = [];
  const metrics = new Metrics('things');
  let app: NestFastifyApplication;
  let url: string;

  beforeAll(async () => {
    const logger = createEventLogger('things', 'info', { write: (line) => void lines.push(line) });
    const filter = new ProblemDetailsFilter(logger);
    app = await createHttpApplication({ module: ThingsModule }, logger, metrics, filter);
    await app.listen(0, 'localhost');
    url = await app.getUrl();
  });

  beforeEach(() => {
    lines.length = 0;
  });

  afterAll(() => app.close());

  it('injects by the type of a constructor parameter', async () => {
    const response = await fetch(`${url}/things`);

    expect(response.status).toBe(200);
    await expect(response.json()).resolves.toEqual({ text: 'hello' });
  });

  it('answers an unknown address by a problem that does not repeat it', async () => {
    const response = await fetch(`${url}/nothing-here`);

    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    await expect(response.json()).resolves.toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is nothing at this address.',
    });
  });

  it.each([
    ['/things', 'GET, HEAD, POST'],
    ['/things?a=b', 'GET, HEAD, POST'],
    ['/things/7', 'GET, HEAD'],
  ])('answers DELETE %s by 405 and Allow: %s', async (path, allow) => {
    const response = await fetch(url + path, { method: 'DELETE' });

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe(allow);
    await expect(response.json()).resolves.toMatchObject({ title: 'Method Not Allowed' });
  });

  it('answers a malformed address by 400, without repeating it', async () => {
    const response = await fetch(`${url}/things/%zz-hunter2`);

    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.text()).not.toContain('hunter2');
  });

  it.each([
    ['POST', '/things'],
    ['GET', '/things/1'],
  ])('hides what went wrong in %s %s, and logs it (O01, O04)', async (method, path) => {
    const response = await fetch(url + path, { method, headers: { 'x-request-id': 'broken-1' } });

    expect(response.status).toBe(500);
    await expect(response.json()).resolves.toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: 'The service failed to answer.',
    });
    const event = loggedEvents().find((line) => line['event'] === 'unexpected_error');
    expect(event).toMatchObject({ level: 'error', request_id: 'broken-1' });
    expect(event?.['msg']).toContain('hunter2');
  });

  it('logs the stack of what went wrong', async () => {
    await fetch(`${url}/things`, { method: 'POST' });

    const event = loggedEvents().find((line) => line['event'] === 'unexpected_error');
    expect(event?.['stack']).toContain('http-application.spec');
  });

  it.each(['/things', '/nothing-here', '/things/%zz'])(
    'gives the caller of %s its request id back',
    async (path) => {
      const given = await fetch(url + path, { headers: { 'x-request-id': 'mine-1' } });
      const made = await fetch(url + path, { headers: { 'x-request-id': 'not one' } });

      expect(given.headers.get('x-request-id')).toBe('mine-1');
      expect(made.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    },
  );

  it('O06 tells browsers to use TLS, and to load, frame and guess nothing', async () => {
    const { headers } = await fetch(`${url}/things`);

    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';frame-ancestors 'none'",
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('strict-transport-security')).toContain('max-age=');
    expect(headers.has('x-powered-by')).toBe(false);
    expect(headers.has('server')).toBe(false);
  });

  it('logs the path of a request and never its query (O04)', async () => {
    await fetch(`${url}/things/7?access_token=opaque&name=hunter2`);
    await expect
      .poll(() => loggedEvents().map((line) => line['event']), PATIENCE)
      .toContain('http.request');

    const event = loggedEvents().find((line) => line['event'] === 'http.request');
    expect(event).toMatchObject({ method: 'GET', route: '/things/:id', path: '/things/7' });
    expect(JSON.stringify(event)).not.toMatch(/hunter2|opaque/);
  });

  it('measures requests by their route, so that made-up addresses make no new series', async () => {
    await fetch(`${url}/things/made-up-1`);
    await fetch(`${url}/made-up-2`);
    await expect.poll(() => metrics.registry.metrics(), PATIENCE).toContain('route="none"');

    const text = await metrics.registry.metrics();
    expect(text).toContain('route="/things/:id"');
    expect(text).not.toContain('made-up');
  });

  function loggedEvents(): Record<string, unknown>[] {
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
});
