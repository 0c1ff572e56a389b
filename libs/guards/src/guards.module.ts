import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { AccessTokenGuard } from './bearer/access-token.guard.js';
import { BearerStrategy } from './bearer/bearer.strategy.js';
import { GuardsOptions, type GuardsModuleOptions } from './guards-options.js';
import { IssuerKeys } from './keys/issuer-keys.js';
import { protectedResourceMetadataController } from './metadata/protected-resource-metadata.controller.js';
import { AccessTokenVerifier } from './verification/access-token-verifier.js';

type InjectedOptions = Omit<GuardsModuleOptions, 'resource'>;

/** Options of which all but the resource identifier, which says where the metadata is, are injected. */
export interface GuardsModuleAsyncOptions {
  readonly resource: string;
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...parts: never[]) => InjectedOptions | Promise<InjectedOptions>;
}

/** Protects an application: once imported, every route that is not `@Public()` needs an access token. */
@Module({})
export class GuardsModule {
  static forRoot({ resource, ...options }: GuardsModuleOptions): DynamicModule {
    return GuardsModule.forRootAsync({ resource, useFactory: () => options });
  }

  static forRootAsync({
    resource,
    inject = [],
    useFactory,
  }: GuardsModuleAsyncOptions): DynamicModule {
    return {
      module: GuardsModule,
      imports: [PassportModule],
      controllers: [protectedResourceMetadataController(resource)],
      providers: [
        {
          provide: GuardsOptions,
          inject,
          useFactory: async (...parts: unknown[]) =>
            new GuardsOptions({ ...(await useFactory(...(parts as never[]))), resource }),
        },
        {
          provide: IssuerKeys,
          inject: [GuardsOptions],
          useFactory: ({ issuer, jwksUri, events }: GuardsOptions) =>
            new IssuerKeys({ issuer, jwksUri, events, fetch, now: Date.now }),
        },
        {
          provide: AccessTokenVerifier,
          inject: [GuardsOptions, IssuerKeys],
          useFactory: (options: GuardsOptions, keys: IssuerKeys) =>
            new AccessTokenVerifier(options, keys, Date.now, options.events),
        },
        BearerStrategy,
        { provide: APP_GUARD, useClass: AccessTokenGuard },
      ],
      exports: [IssuerKeys],
    };
  }
}
