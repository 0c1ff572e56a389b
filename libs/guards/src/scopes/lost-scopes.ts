import { CONTROLLER_WATERMARK, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner } from '@nestjs/core';
import { REQUIRED_SCOPES, saysNothing } from './require-scopes.decorator.js';

/** A controller, or whatever else the application is made of; its factory, where it has one. */
interface ClassLike {
  readonly name: string;
  readonly prototype?: unknown;
}

type Methods = Readonly<Record<string, object>>;

/** What `@MessagePattern` and `@EventPattern` of `@nestjs/microservices` leave on a method. */
const MESSAGE_PATTERN = 'microservices:pattern';

/**
 * The routes of a controller that ask for scopes in vain, since the guard goes by the function that answers: a
 * decorator above has put another one in the place of the method, or a class overrides it and says nothing of
 * its own.
 */
export function routesThatLostScopes(controller: ClassLike): string[] {
  const prototype = controller.prototype as Methods;
  return methodNames(prototype)
    .filter((name) => Reflect.hasMetadata(REQUIRED_SCOPES, prototype, name))
    .filter((name) => isRoute(prototype[name]) && saysNothing(prototype[name]))
    .map((name) => `${controller.name}.${name}`);
}

/**
 * The routes of a controller of which another function answers than the one that was decorated: its constructor
 * has bound the method, or a field of a class stands before the method that it inherits. Nest calls what the
 * instance has, and on that stands neither a scope nor that it is public.
 */
export function routesReplacedOnInstance(controller: ClassLike, instance: object): string[] {
  const prototype = controller.prototype as Methods;
  const own = instance as Methods;
  return methodNames(prototype)
    .filter((name) => isRoute(prototype[name]) && !isRoute(own[name]))
    .map((name) => `${controller.name}.${name}`);
}

/**
 * Where scopes are asked for and nobody is asked for a token, since it is no HTTP route: handlers of messages,
 * to which a hybrid application does not even apply its guards, gateways, resolvers.
 */
export function scopesOutsideOfRoutes(type: ClassLike): string[] {
  const prototype = type.prototype as Methods | undefined;
  if (!prototype) return [];
  const ofClass = Reflect.hasMetadata(REQUIRED_SCOPES, type);
  const isController = Reflect.hasMetadata(CONTROLLER_WATERMARK, type);
  const methods = methodNames(prototype)
    .filter((name) =>
      isMessageHandler(prototype[name])
        ? asksForScopes(prototype, name) || (ofClass && saysNothing(prototype[name]))
        : asksForScopes(prototype, name) && !isRoute(prototype[name]),
    )
    .map((name) => `${type.name}.${name}`);
  return ofClass && !isController ? [type.name, ...methods] : methods;
}

function methodNames(prototype: Methods): string[] {
  return new MetadataScanner().getAllMethodNames(prototype);
}

// By its name too, where another function has taken its place; but not by the name of one that it overrides.
function asksForScopes(prototype: Methods, name: string): boolean {
  const method = prototype[name];
  if (method && Reflect.hasMetadata(REQUIRED_SCOPES, method)) return true;
  return Reflect.hasOwnMetadata(REQUIRED_SCOPES, ownerOf(prototype, name), name);
}

/** The prototype in the chain that has the method itself. */
function ownerOf(prototype: object, name: string): object {
  if (Object.hasOwn(prototype, name)) return prototype;
  const parent = Object.getPrototypeOf(prototype) as object | null;
  return parent ? ownerOf(parent, name) : prototype;
}

function isMessageHandler(method: object | undefined): boolean {
  return method !== undefined && Reflect.hasMetadata(MESSAGE_PATTERN, method);
}

/** Whether Nest's decorator of a route stands on this very function. */
export function isRoute(method: object | undefined): boolean {
  return method !== undefined && Reflect.hasMetadata(PATH_METADATA, method);
}
