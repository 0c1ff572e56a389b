import {
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { PassportModule } from '@nestjs/passport';
import { AccessTokenGuard } from './bearer/access-token.guard.js';
import { BearerStrategy } from './bearer/bearer.strategy.js';
import {
  GuardsOptions,
  type GuardsModuleOptions,
  type GuardsModuleSettings,
} from './guards-options.js';
import { IntrospectionEndpoint } from './introspection/introspection-endpoint.js';
import { IntrospectionVerifier } from './introspection/introspection.verifier.js';
import { GivenKeys } from './keys/given-keys.js';
import { IssuerKeys } from './keys/issuer-keys.js';
import { protectedResourceMetadataController } from './metadata/protected-resource-metadata.controller.js';
import { AccessTokenVerifier } from './verification/access-token-verifier.js';
import { JwtVerifier } from './verification/jwt.verifier.js';

/** Options of which all but the resource identifier, which says where the metadata is, are injected. */
export interface GuardsModuleAsyncOptions {
  readonly resource: string;
  /** Modules that export what is injected. */
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...parts: never[]) => GuardsModuleSettings | Promise<GuardsModuleSettings>;
}

/** Protects an application: once imported, every route that is not `@Public()` needs an access token. */
@Module({})
export class GuardsModule {
  static forRoot({ resource, ...options }: GuardsModuleOptions): DynamicModule {
    return GuardsModule.forRootAsync({ resource, useFactory: () => options });
  }

  static forRootAsync({
    resource,
    imports = [],
    inject = [],
    useFactory,
  }: GuardsModuleAsyncOptions): DynamicModule {
    return {
      module: GuardsModule,
      imports: [PassportModule, ...imports],
      controllers: [protectedResourceMetadataController(resource)],
      providers: [
        {
          provide: GuardsOptions,
          inject,
          useFactory: async (...parts: unknown[]) =>
            new GuardsOptions({ ...(await useFactory(...(parts as never[]))), resource }),
        },
        { provide: AccessTokenVerifier, inject: [GuardsOptions], useFactory: verifierFor },
        BearerStrategy,
        { provide: APP_GUARD, useClass: AccessTokenGuard },
      ],
      exports: [AccessTokenVerifier],
    };
  }
}

function verifierFor(options: GuardsOptions): AccessTokenVerifier {
  const { issuer, jwksUri, keys, introspection, events } = options;
  const surroundings = { fetch, now: Date.now, events };
  if (introspection) {
    const endpoint = new IntrospectionEndpoint({ issuer, client: introspection, ...surroundings });
    return new IntrospectionVerifier(options, endpoint, Date.now, events);
  }
  const source = keys ? new GivenKeys(keys) : new IssuerKeys({ issuer, jwksUri, ...surroundings });
  return new JwtVerifier(options, source, Date.now, events);
}
