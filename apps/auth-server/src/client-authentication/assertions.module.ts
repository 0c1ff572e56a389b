import { EventLogger, Metrics } from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { ClientKeys } from '../client-keys/client-keys.js';
import { KeySetFetcher } from '../client-keys/key-set.fetcher.js';
import { PublishedKeys } from '../client-keys/published-keys.js';
import { AssertionVerifier } from './assertion.verifier.js';

export interface AssertionsOptions {
  /** The issuer identifier, which assertions have to be meant for. */
  readonly issuer: string;
  /** Whether clients may publish their keys at private addresses. */
  readonly privateJwksUris: boolean;
}

/** Provides the verification of client assertions to all endpoints that authenticate clients. */
@Module({})
export class AssertionsModule {
  static with({ issuer, privateJwksUris }: AssertionsOptions): DynamicModule {
    const fetcher = new KeySetFetcher({ privateAddresses: privateJwksUris });
    return {
      module: AssertionsModule,
      global: true,
      providers: [
        {
          provide: AssertionVerifier,
          inject: [EventLogger, Metrics],
          useFactory: (logger: EventLogger, metrics: Metrics) => {
            const published = new PublishedKeys(fetcher, logger, metrics);
            return new AssertionVerifier(issuer, new ClientKeys(published));
          },
        },
      ],
      exports: [AssertionVerifier],
    };
  }
}
