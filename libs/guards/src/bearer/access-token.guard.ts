import {
  BadRequestException,
  ForbiddenException,
  Injectable,
  ServiceUnavailableException,
  UnauthorizedException,
  type ExecutionContext,
  type HttpException,
} from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { GuardsOptions } from '../guards-options.js';
import { PUBLIC } from '../scopes/public.decorator.js';
import { isRoute } from '../scopes/lost-scopes.js';
import { REQUIRED_SCOPES, type ScopeAlternatives } from '../scopes/require-scopes.decorator.js';
import { keepClient } from '../scopes/client-of-request.js';
import type { Client } from '../verification/client.js';
import { AccessTokenVerifier } from '../verification/access-token-verifier.js';
import { InvalidTokenError, VerificationUnavailableError } from '../verification/token-refusal.js';
import { bearerCredentials, type RequestHead } from './bearer-credentials.js';
import { BEARER_STRATEGY, type StrategyOptions } from './bearer.strategy.js';
import { bearerChallenge, type BearerError } from './challenge.js';

/** What a route asks for on which nothing stands. */
const ANY_TOKEN: ScopeAlternatives = [[]];

/**
 * Lets a request through if it brings a valid access token with the scopes the route asks for. Every
 * route is guarded unless it is marked `@Public()`.
 */
@Injectable()
export class AccessTokenGuard extends AuthGuard(BEARER_STRATEGY) {
  constructor(
    private readonly verifier: AccessTokenVerifier,
    private readonly guards: GuardsOptions,
    private readonly reflector: Reflector,
    private readonly adapterHost: HttpAdapterHost,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    refuseUndecorated(context);
    const needed = this.neededScopes(context);
    if (needed === 'public') return true;
    refuseOtherThanHttp(context);
    // RFC 9111 3.5: an answer to an authorised request is its client's alone.
    this.setHeader(context, 'cache-control', 'no-store');
    await super.canActivate(context);
    const client = this.clientFound(context);
    const scopes = this.requireScopes(context, client, needed);
    this.guards.events.onAccepted?.(client, scopes);
    return true;
  }

  /** What the strategy works with. A request that brings no token does not get as far as there. */
  override getAuthenticateOptions(context: ExecutionContext): StrategyOptions {
    // Wherever else an application has Passport keep what it finds.
    return { verifier: this.verifier, token: this.tokenIn(context), property: 'user' };
  }

  /** Passport's outcome: the client, or why there is none. */
  override handleRequest<User = Client>(
    failure: unknown,
    client: User | false,
    _info: unknown,
    context: ExecutionContext,
  ): User {
    if (failure instanceof VerificationUnavailableError) {
      this.guards.events.onRefused?.({ reason: failure.reason });
      this.setHeader(context, 'retry-after', '5');
      throw new ServiceUnavailableException();
    }
    if (failure instanceof InvalidTokenError) {
      this.refuseToken(context, failure.reason, failure.clientId);
    }
    if (failure instanceof Error) throw failure;
    if (!client) this.refuseToken(context, 'malformed');
    return client;
  }

  // What stands on the method counts before what stands on the class, whichever of the two decorators it is. A
  // class inherits scopes, and not that it is public: a route added to it later would be open unnoticed.
  private neededScopes(context: ExecutionContext): ScopeAlternatives | 'public' {
    for (const target of [context.getHandler(), context.getClass()]) {
      const scopes = this.reflector.get<ScopeAlternatives | undefined>(REQUIRED_SCOPES, target);
      if (scopes) return scopes;
      if (Reflect.hasOwnMetadata(PUBLIC, target)) return 'public';
    }
    return ANY_TOKEN;
  }

  private tokenIn(context: ExecutionContext): string {
    const credentials = bearerCredentials(context.switchToHttp().getRequest<RequestHead>());
    switch (credentials.kind) {
      case 'token':
        return credentials.token;
      case 'none':
        this.guards.events.onRefused?.({ reason: 'no_token' });
        throw this.challenge(context, new UnauthorizedException());
      case 'ambiguous':
        this.guards.events.onRefused?.({ reason: 'several_authorization_headers' });
        throw this.challenge(context, new BadRequestException(), {
          error: 'invalid_request',
          description: 'The request has more than one Authorization header',
        });
      case 'malformed':
        return this.refuseToken(context, 'malformed');
    }
  }

  private refuseToken(
    context: ExecutionContext,
    reason: InvalidTokenError['reason'],
    clientId?: string,
  ): never {
    this.guards.events.onRefused?.({ reason, ...(clientId !== undefined && { clientId }) });
    throw this.challenge(context, new UnauthorizedException(), {
      error: 'invalid_token',
      description:
        reason === 'expired'
          ? 'The access token has expired'
          : 'The access token is not valid here',
    });
  }

  /** What the strategy found, where Passport has put it. */
  private clientFound(context: ExecutionContext): Client {
    const request = context.switchToHttp().getRequest<{ user: Client }>();
    keepClient(request, request.user);
    return request.user;
  }

  /** Those of the needed scopes that the client has; the request is refused if it has not enough of them. */
  private requireScopes(
    context: ExecutionContext,
    { clientId, scopes: granted }: Client,
    needed: ScopeAlternatives,
  ): readonly string[] {
    const covered = needed.find((scopes) => scopes.every((scope) => granted.has(scope)));
    if (covered) return covered;
    // The first alternative is enough, and all of them together would be more than is needed.
    const [neededScopes = []] = needed;
    this.guards.events.onRefused?.({ reason: 'insufficient_scope', clientId, neededScopes });
    throw this.challenge(context, new ForbiddenException(), {
      error: 'insufficient_scope',
      description: 'The access token does not cover this operation',
      scope: neededScopes.join(' '),
    });
  }

  private challenge<E extends HttpException>(
    context: ExecutionContext,
    exception: E,
    failure?: BearerError,
  ): E {
    const challenge = bearerChallenge(this.guards.metadataUrl, failure);
    this.setHeader(context, 'www-authenticate', challenge);
    return exception;
  }

  private setHeader(context: ExecutionContext, name: string, value: string): void {
    this.adapterHost.httpAdapter.setHeader(context.switchToHttp().getResponse(), name, value);
  }
}

// Nest has found the route by the prototype of its controller, and calls what the instance has. Those made for one
// request are not there to be looked at when the application starts.
function refuseUndecorated(context: ExecutionContext): void {
  if (context.getType<string>() !== 'http' || isRoute(context.getHandler())) return;
  const controller = context.getClass().name;
  throw new Error(
    `a route of ${controller} was replaced on its instance and has lost its decorators`,
  );
}

// A message or a socket has neither the header to take a token from nor the one to challenge by.
function refuseOtherThanHttp(context: ExecutionContext): void {
  const kind = context.getType<string>();
  if (kind === 'http') return;
  const handler = `${context.getClass().name}.${context.getHandler().name}`;
  throw new Error(`the guard protects HTTP routes only, and ${handler} was called by ${kind}`);
}
