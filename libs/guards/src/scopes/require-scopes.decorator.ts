import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiResponse, ApiSecurity } from '@nestjs/swagger';
import { PUBLIC } from './public.decorator.js';

export const REQUIRED_SCOPES = 'm2m:required-scopes';

/** The name of the security scheme that a guarded API's OpenAPI document has to define. */
export const OAUTH2_SECURITY_SCHEME = 'oauth2';

/** Sets of scopes, of which a token needs to have one. */
export type ScopeAlternatives = readonly (readonly string[])[];

// RFC 6749 3.3. Nothing else can be granted, nor named in a challenge.
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Asks for an access token with all of the given scopes, and says so in the OpenAPI document. A token without
 * them is answered by 403 `insufficient_scope` (RFC 6750 3.1). What stands on the method counts in place of
 * what stands on the class. A route without it takes any valid token.
 *
 * @throws TypeError where it would ask for less than it seems to: without a scope, or a second time.
 */
export const RequireScopes = (
  ...scopes: readonly [string, ...string[]]
): ClassDecorator & MethodDecorator =>
  requireOneOf([scopes], `The access token lacks ${scopes.join(', ')}`);

/**
 * Asks for an access token with at least one of the given scopes. Give the narrowest first: it is the one that
 * the challenge of a refused call names, so that a client asks for no more than it needs.
 *
 * @throws TypeError likewise.
 */
export const RequireAnyScope = (
  ...scopes: readonly [string, string, ...string[]]
): ClassDecorator & MethodDecorator =>
  requireOneOf(
    scopes.map((scope) => [scope]),
    `The access token has none of ${scopes.join(', ')}`,
  );

function requireOneOf(
  alternatives: ScopeAlternatives,
  lack: string,
): ClassDecorator & MethodDecorator {
  if (alternatives.length === 0 || !alternatives.every(areScopes)) {
    throw new TypeError('at least one scope has to be named, and each after RFC 6749 3.3');
  }
  // Security requirements of OpenAPI are alternatives, too, each of scopes that are all needed.
  const description = () =>
    applyDecorators(
      ...alternatives.map((scopes) => ApiSecurity(OAUTH2_SECURITY_SCHEME, [...scopes])),
      ApiResponse({ status: 401, description: 'No valid access token (RFC 6750 3)' }),
      ApiResponse({ status: 403, description: lack }),
    );
  return applyDecorators(
    refuseSecond,
    SetMetadata(REQUIRED_SCOPES, alternatives),
    // By the method's name too: another function may take its place.
    Reflect.metadata(REQUIRED_SCOPES, alternatives),
    describeRoutes(description),
  );
}

function areScopes(scopes: readonly string[]): boolean {
  return scopes.length > 0 && scopes.every((scope) => SCOPE_TOKEN.test(scope));
}

// One would count and the other not, though both can be read.
function refuseSecond(target: object, name?: string | symbol): void {
  const isSecond =
    name === undefined
      ? Reflect.hasOwnMetadata(REQUIRED_SCOPES, target)
      : Reflect.hasOwnMetadata(REQUIRED_SCOPES, target, name);
  if (!isSecond) return;
  const where = String(name ?? (target as { readonly name: string }).name);
  throw new TypeError(`${where} requires scopes twice: name them in one decorator`);
}

/**
 * Describes a route, or those of a controller that say nothing of their own. A description on the controller
 * itself would be added to what its routes say, where the guard goes by the route alone.
 */
function describeRoutes(description: () => MethodDecorator): ClassDecorator & MethodDecorator {
  return (target: object, name?: string | symbol, route?: PropertyDescriptor): void => {
    if (name !== undefined && route) {
      description()(target, name, route);
      return;
    }
    const { prototype } = target as { prototype: object };
    for (const [method, own] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (saysNothing(own.value)) description()(prototype, method, own);
    }
  };
}

/** Whether something is a method on which none of the decorators stands. */
export function saysNothing(method: unknown): boolean {
  const said = [REQUIRED_SCOPES, PUBLIC];
  return typeof method === 'function' && !said.some((key) => Reflect.hasOwnMetadata(key, method));
}
