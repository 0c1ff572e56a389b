import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from './consumer.ts';
import { Issuer } from './fixtures/issuer.ts';
import { packageContract } from './package-contract.ts';
import { readmeExample } from './readme-example.ts';

// It is built, packed and installed from the registry, which takes its time on a small machine.
describe('client-credentials, installed from its package', { timeout: 240_000 }, () => {
  const received: (string | undefined)[] = [];
  let api: Server;
  let consumer: Consumer;
  let issuer: Issuer;

  beforeAll(async () => {
    issuer = await Issuer.start();
    api = createServer(({ headers }, response) => {
      received.push(headers.authorization);
      response.setHeader('content-type', 'application/json').end('{"orders":[]}');
    }).listen(0, 'localhost');
    await once(api, 'listening');
    consumer = await Consumer.create('client-credentials', [
      '@nestjs/common',
      '@nestjs/core',
      '@types/node',
    ]);
  }, 300_000);

  afterAll(async () => {
    api.close();
    issuer.stop();
    await consumer.remove();
  });

  packageContract(() => consumer, {
    lib: 'client-credentials',
    exports: [
      'ClientCredentialsEvents',
      'ClientCredentialsModule',
      'ClientCredentialsModuleAsyncOptions',
      'ClientCredentialsModuleOptions',
      'ClientRegistration',
      'ForeignOriginError',
      'InjectHttpService',
      'InjectTokenProvider',
      'TokenFailure',
      'TokenFailureReason',
      'TokenFetch',
      'TokenHealth',
      'TokenOptions',
      'TokenProvider',
      'TokenRequestError',
      'httpServiceToken',
      'isPrivateKey',
      'retryAfterMs',
      'secretFrom',
      'tokenFailureReasons',
      'tokenProviderToken',
    ],
  });

  it('calls the API as its README shows', async () => {
    const { port } = api.address() as AddressInfo;
    const example = {
      'https://auth.example.com': issuer.url,
      'https://orders.example.com': `http://localhost:${port}`,
    };
    await consumer.compile(await readmeExample('client-credentials', example));

    const output = await consumer.run({ ORDERS_CLIENT_SECRET: 's3cret' });

    expect(output.trimEnd().split('\n').at(-1)).toBe('{ orders: [] }');
    expect(issuer.clients).toEqual(['billing-worker:s3cret']);
    expect(received).toEqual(issuer.issued.map((token) => `Bearer ${token}`));
  });
});
