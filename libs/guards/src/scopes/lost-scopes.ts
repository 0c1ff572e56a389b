import { PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner } from '@nestjs/core';
import { REQUIRED_SCOPES, saysNothing } from './require-scopes.decorator.js';

/**
 * The routes of a controller that ask for scopes in vain, since the guard goes by the function that answers: a
 * decorator above has put another one in the place of the method, or a class overrides it and says nothing of
 * its own.
 */
export function routesThatLostScopes(controller: {
  readonly name: string;
  readonly prototype: unknown;
}): string[] {
  const prototype = controller.prototype as Readonly<Record<string, object>>;
  return new MetadataScanner()
    .getAllMethodNames(prototype)
    .filter((name) => Reflect.hasMetadata(REQUIRED_SCOPES, prototype, name))
    .filter((name) => isRoute(prototype[name]) && saysNothing(prototype[name]))
    .map((name) => `${controller.name}.${name}`);
}

function isRoute(method: object | undefined): boolean {
  return method !== undefined && Reflect.hasMetadata(PATH_METADATA, method);
}
