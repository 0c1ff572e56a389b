import { GuardsModule } from '@m2m/guards';
import { EventLogger, Metrics } from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { accessEvents, issuerEvents } from './access.events.js';
import { IssuerReadiness } from './issuer-readiness.js';
import { tokenVerification } from './token-verification.js';
import type { VerificationConfiguration } from './verification.configuration.js';

export interface ResourceServerModuleOptions {
  /** This API's resource identifier, a URL (RFC 8707 2, RFC 9728 1.2). */
  readonly resource: string;
  /** What tokens for this API carry in `aud`, where that is not the resource identifier. */
  readonly audience: string | undefined;
  /** The scopes this API knows, each with what it allows. */
  readonly scopes: Readonly<Record<string, string>>;
  readonly verification: VerificationConfiguration;
}

/** The guards, with what a service of ours has besides: a log of refused calls, metrics and readiness. */
@Module({})
export class ResourceServerModule {
  static forRoot(options: ResourceServerModuleOptions): DynamicModule {
    const { resource, audience, scopes, verification } = options;
    return {
      module: ResourceServerModule,
      imports: [
        GuardsModule.forRootAsync({
          resource,
          inject: [EventLogger, Metrics],
          useFactory: (logger: EventLogger, metrics: Metrics) => ({
            issuer: verification.OAUTH_ISSUER,
            audience,
            scopesSupported: Object.keys(scopes),
            compatibility: verification.OAUTH_COMPATIBILITY,
            ...tokenVerification(verification),
            ...accessEvents(logger, metrics),
            ...issuerEvents(logger, metrics),
          }),
        }),
      ],
      providers: [IssuerReadiness],
    };
  }
}
