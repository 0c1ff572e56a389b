import {
  ClientCredentialsModule,
  tokenProviderToken,
  type ClientRegistration,
  type TokenProvider,
} from '@m2m/client-credentials';
import { Metrics, propagationHeaders, Readiness } from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { TokenReadiness } from './token-readiness.js';
import { TokenLifetimeMetric, tokenMetrics } from './token.metrics.js';

export interface ServiceClientModuleOptions {
  /** The name by which the tokens and the HTTP client are injected. */
  readonly name: string;
  readonly registration: ClientRegistration;
}

/** A token client for one API, with what a service of ours has besides: metrics, readiness and traces. */
@Module({})
export class ServiceClientModule {
  static forRoot({ name, registration }: ServiceClientModuleOptions): DynamicModule {
    const tokens = tokenProviderToken(name);
    return {
      module: ServiceClientModule,
      imports: [
        ClientCredentialsModule.forRootAsync({
          names: [name],
          inject: [Metrics],
          useFactory: (metrics: Metrics) => ({
            registrations: { [name]: registration },
            headers: propagationHeaders,
            events: tokenMetrics(metrics),
          }),
        }),
      ],
      providers: [
        {
          provide: TokenReadiness,
          inject: [Readiness, tokens],
          useFactory: (readiness: Readiness, provider: TokenProvider) =>
            new TokenReadiness(readiness, provider),
        },
        {
          provide: TokenLifetimeMetric,
          inject: [Metrics, tokens],
          useFactory: (metrics: Metrics, provider: TokenProvider) =>
            new TokenLifetimeMetric(metrics, provider),
        },
      ],
      exports: [ClientCredentialsModule],
    };
  }
}
