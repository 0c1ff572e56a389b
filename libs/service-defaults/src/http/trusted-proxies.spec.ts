import { Controller, Get, Module, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { createEventLogger } from '../logging/event-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { ProblemDetailsFilter } from '../problem-details/problem-details.filter.js';
import { createHttpApplication } from './http-application.js';

@Controller('address')
class AddressController {
  @Get()
  show(@Req() request: FastifyRequest): { address: string } {
    return { address: request.ip };
  }
}

@Module({ controllers: [AddressController] })
class AddressModule {}

const OWN = '127.0.0.1';
const FORGED = '192.0.2.66';
const CLIENT = '198.51.100.7';

describe('the address of a caller', () => {
  it.each([
    ['the connection', [], FORGED, OWN],
    ['the connection, if another proxy is trusted', ['10.0.0.0/8'], FORGED, OWN],
    ['the connection, if the proxy says nothing', [OWN], undefined, OWN],
    ['what the proxy has seen', [OWN], `${FORGED}, ${CLIENT}`, CLIENT],
    ['what the first of two proxies has seen', [OWN, '10.0.0.0/8'], `${CLIENT}, 10.1.2.3`, CLIENT],
  ])('is that of %s', async (_of, trustedProxies, forwardedFor, address) => {
    expect(await addressSeen(trustedProxies, forwardedFor)).toBe(address);
  });
});

async function addressSeen(
  trustedProxies: readonly string[],
  forwardedFor: string | undefined,
): Promise<unknown> {
  const logger = createEventLogger('things', 'info', { write: () => undefined });
  const app = await createHttpApplication(
    { module: AddressModule },
    logger,
    new Metrics('things'),
    new ProblemDetailsFilter(logger),
    undefined,
    trustedProxies,
  );
  await app.listen(0, OWN);
  try {
    const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
    const response = await fetch(`${await app.getUrl()}/address`, { headers });
    return ((await response.json()) as { address: string }).address;
  } finally {
    await app.close();
  }
}
