import {
  Module,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type OnModuleInit,
} from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, DiscoveryService } from '@nestjs/core';
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
import { RevocationFeed } from './revocation-feed/revocation-feed.js';
import {
  routesReplacedOnInstance,
  routesThatLostScopes,
  scopesOutsideOfRoutes,
} from './scopes/lost-scopes.js';
import { AccessTokenVerifier } from './verification/access-token-verifier.js';
import { JwtVerifier } from './verification/jwt.verifier.js';
import { UnrevokedVerifier } from './verification/unrevoked.verifier.js';

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
export class GuardsModule implements OnModuleInit {
  constructor(private readonly discovery: DiscoveryService) {}

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
      imports: [PassportModule, DiscoveryModule, ...imports],
      controllers: [protectedResourceMetadataController(resource)],
      providers: [
        {
          provide: GuardsOptions,
          inject,
          useFactory: async (...parts: unknown[]) =>
            new GuardsOptions({ ...(await useFactory(...(parts as never[]))), resource }),
        },
        { provide: RevocationFeed, inject: [GuardsOptions], useFactory: revocationFeedFor },
        {
          provide: AccessTokenVerifier,
          inject: [GuardsOptions, RevocationFeed],
          useFactory: verifierFor,
        },
        BearerStrategy,
        { provide: APP_GUARD, useClass: AccessTokenGuard },
      ],
      exports: [AccessTokenVerifier],
    };
  }

  /** @throws Error if something would be open to callers without the scopes that stand on it. */
  onModuleInit(): void {
    const controllers = typesOf(this.discovery.getControllers());
    this.refuseReplacedRoutes();
    const lost = controllers.flatMap((controller) => routesThatLostScopes(controller));
    if (lost.length > 0) {
      throw new Error(
        `the required scopes are lost at ${lost.join(', ')}: ` +
          '@RequireScopes has to stand above what replaces a method, and on what overrides it',
      );
    }
    const types = new Set([...controllers, ...typesOf(this.discovery.getProviders())]);
    const inVain = [...types].flatMap((type) => scopesOutsideOfRoutes(type));
    if (inVain.length === 0) return;
    throw new Error(
      `scopes are required in vain of what are no HTTP routes: ${inVain.join(', ')}: ` +
        'handlers of messages, gateways and resolvers are not protected by @RequireScopes',
    );
  }

  private refuseReplacedRoutes(): void {
    const replaced = this.discovery
      .getControllers()
      .flatMap(({ metatype, instance }) =>
        metatype && instance ? routesReplacedOnInstance(metatype, instance as object) : [],
      );
    if (replaced.length === 0) return;
    throw new Error(
      `methods were replaced on their instance and have lost their decorators: ${replaced.join(', ')}: ` +
        'a controller binds none of its routes and overrides none by a field',
    );
  }
}

function typesOf(wrappers: ReturnType<DiscoveryService['getProviders']>) {
  return wrappers.flatMap(({ metatype }) => metatype ?? []);
}

// A provider of its own, so that it is started and stopped with the application.
function revocationFeedFor(options: GuardsOptions): RevocationFeed | undefined {
  const { issuer, audience, revocationFeed: client, events } = options;
  if (!client) return undefined;
  return new RevocationFeed({
    issuer,
    audience,
    client,
    fetch,
    now: uptime,
    events,
  });
}

// Of a clock that nobody sets: by the wall clock, a step back would make an hour of a second to wait.
const uptime = () => performance.now();

function verifierFor(options: GuardsOptions, feed?: RevocationFeed): AccessTokenVerifier {
  const { issuer, jwksUri, keys, introspection, isRevoked, events } = options;
  const surroundings = { fetch, now: uptime, events };
  if (introspection) {
    const endpoint = new IntrospectionEndpoint({ issuer, client: introspection, ...surroundings });
    return new IntrospectionVerifier(options, endpoint, { now: Date.now, uptime }, events);
  }
  const source = keys ? new GivenKeys(keys) : new IssuerKeys({ issuer, jwksUri, ...surroundings });
  let verifier: AccessTokenVerifier = new JwtVerifier(options, source, Date.now, events);
  if (isRevoked) verifier = new UnrevokedVerifier(verifier, { isRevoked });
  if (feed) verifier = new UnrevokedVerifier(verifier, feed);
  return verifier;
}
