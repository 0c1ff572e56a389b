import {
  Body,
  Controller,
  HttpCode,
  Module,
  Post,
  Req,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEventLogger } from '../logging/event-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { ProblemDetailsFilter } from '../problem-details/problem-details.filter.js';
import { Problem } from '../problem-details/problem.js';
import { createHttpApplication } from './http-application.js';

const thing = z.object({
  name: z.string().max(3, 'must have at most 3 characters'),
  parts: z.array(z.object({ size: z.int('must be a whole number') })).default([]),
});

class Doorman implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    if (headers.authorization === undefined) throw new Problem(401, { detail: 'Who are you?' });
    return true;
  }
}

@Controller()
@UseGuards(Doorman)
class ThingsController {
  @Post('things')
  @HttpCode(200)
  add(@Body({ schema: thing }) body: z.output<typeof thing>): { got: unknown } {
    return { got: body };
  }

  @Post('raw')
  @HttpCode(200)
  raw(@Req() { body }: FastifyRequest): { bytes: boolean } {
    return { bytes: Buffer.isBuffer(body) };
  }
}

@Module({ controllers: [ThingsController] })
class ThingsModule {}

describe('JSON bodies', () => {
  let app: NestFastifyApplication;
  let url: string;

  beforeAll(async () => {
    const logger = createEventLogger('things', 'info', { write: () => undefined });
    app = await createHttpApplication(
      { module: ThingsModule },
      logger,
      new Metrics('things'),
      new ProblemDetailsFilter(logger),
    );
    await app.listen(0, 'localhost');
    url = await app.getUrl();
  });

  afterAll(() => app.close());

  it.each(['application/json', 'application/json; charset=utf-8', 'application/merge-patch+json'])(
    'takes %s',
    async (type) => {
      const response = await post('{"name":"ab"}', type);

      expect(response.status).toBe(200);
      await expect(response.json()).resolves.toEqual({ got: { name: 'ab', parts: [] } });
    },
  );

  it.each([
    ['malformed JSON', '{"name":"hunter2'],
    ['bytes that are not UTF-8', Buffer.from('7b226e616d65223a22ff227d', 'hex')],
    ['a __proto__ member', '{"name":"ab","__proto__":{"admin":true}}'],
    ['a nested __proto__ member', '{"name":"ab","parts":[{"size":1,"__proto__":{"a":1}}]}'],
    ['a constructor.prototype member', '{"name":"ab","constructor":{"prototype":{"a":1}}}'],
    ['null', 'null'],
  ])('refuses %s by 400, without repeating any of it', async (_kind, body) => {
    const response = await post(body);
    const text = await response.text();

    expect(response.status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ status: 400, code: 'malformed_json' });
    expect(text).not.toMatch(/hunter2|admin|prototype/);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonish', ''])(
    'refuses the media type "%s" by 415',
    async (type) => {
      const response = await post('{"name":"ab"}', type);

      expect(response.status).toBe(415);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    },
  );

  it('takes a body of 64 KiB and refuses a longer one by 413', async () => {
    const json = '{"name":"ab"}';

    expect((await post(json.padEnd(64 * 1024))).status).toBe(200);
    const refused = await post(json.padEnd(64 * 1024 + 1));
    expect(refused.status).toBe(413);
    await expect(refused.json()).resolves.toMatchObject({ detail: 'The body is too large.' });
  });

  it('lists the fields that do not match, without their values', async () => {
    const response = await post('{"name":"hunter2","parts":[{"size":1},{"size":"hunter2"}]}');
    const text = await response.text();

    expect(response.status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({
      code: 'invalid_input',
      errors: [
        { field: 'name', detail: 'must have at most 3 characters' },
        { field: 'parts.1.size', detail: 'must be a whole number' },
      ],
    });
    expect(text).not.toContain('hunter2');
  });

  it('lists no more than twenty faults', async () => {
    const parts = Array.from({ length: 500 }, () => ({ size: 'x' }));
    const response = await post(JSON.stringify({ name: 'ab', parts }));

    const { errors } = (await response.json()) as { errors: unknown[] };
    expect(errors).toHaveLength(20);
  });

  it('counts a missing body as input that does not match', async () => {
    const response = await fetch(`${url}/things`, {
      method: 'POST',
      headers: { authorization: 'yes' },
    });

    expect(response.status).toBe(400);
    await expect(response.json()).resolves.toMatchObject({ code: 'invalid_input' });
  });

  it.each([
    ['malformed JSON', '{', 'application/json'],
    ['another media type', 'a', 'text/plain'],
    ['invalid input', '{}', 'application/json'],
  ])('lets the guard answer first, whatever is wrong with the body: %s (R21)', async (...given) => {
    const [, body, type] = given;
    const response = await post(body, type, {});

    expect(response.status).toBe(401);
    await expect(response.json()).resolves.toMatchObject({ detail: 'Who are you?' });
  });

  it('leaves a body that nobody asks for as bytes', async () => {
    const response = await post('name=ab', 'application/x-www-form-urlencoded', undefined, '/raw');

    await expect(response.json()).resolves.toEqual({ bytes: true });
  });

  async function post(
    body: string | Buffer<ArrayBuffer>,
    type = 'application/json',
    headers: Record<string, string> = { authorization: 'yes' },
    path = '/things',
  ): Promise<Response> {
    // Bytes, so that fetch adds no content type of its own.
    const bytes = Buffer.from(body);
    const contentType = type === '' ? {} : { 'content-type': type };
    return fetch(url + path, {
      method: 'POST',
      headers: { ...headers, ...contentType },
      body: bytes,
    });
  }
});
