import 'reflect-metadata';
import { Get } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { routesThatLostScopes } from './lost-scopes.js';
import { Public } from './public.decorator.js';
import { RequireAnyScope, RequireScopes } from './require-scopes.decorator.js';

/** What a caller gives whom the types do not hold back. */
type Scopes = [string, string];

describe('required scopes', () => {
  it.each([[[]], [['']], [['a', '']], [['a b']], [['a"b']], [['a\\b']], [['é']]])(
    'cannot be %j',
    (scopes) => {
      const given = scopes as Scopes;

      expect(() => RequireScopes(...given)).toThrow(TypeError);
      expect(() => RequireAnyScope(...given)).toThrow(TypeError);
    },
  );

  it('can have every name that RFC 6749 3.3 allows', () => {
    expect(() => RequireScopes('https://api.example/things.read:all', "!#[]~'")).not.toThrow();
  });

  it('cannot be given twice, of which only one would count', () => {
    const onMethod = () => {
      class Twice {
        @RequireScopes('a')
        @RequireScopes('b')
        method() {
          return {};
        }
      }
      return Twice;
    };
    const onClass = () => {
      @RequireAnyScope('a', 'b')
      @RequireScopes('c')
      class Twice {}
      return Twice;
    };

    expect(onMethod).toThrow(/^method requires scopes twice/);
    expect(onClass).toThrow(/^Twice requires scopes twice/);
  });
});

/** Replaces a method, as decorators do that measure or retry it. */
const Replace: MethodDecorator = (_target, _name, descriptor) => {
  descriptor.value = function replacement() {
    return {};
  } as never;
};

class Things {
  @Get('kept')
  @RequireScopes('things:read')
  @Replace
  kept() {
    return {};
  }

  @Get('lost')
  @Replace
  @RequireScopes('things:read')
  lost() {
    return {};
  }

  @RequireScopes('things:read')
  noRoute() {
    return {};
  }

  @Get('free')
  free() {
    return {};
  }
}

class MoreThings extends Things {
  @Get('kept')
  override kept() {
    return {};
  }

  @Get('lost')
  @Public()
  override lost() {
    return {};
  }

  override noRoute() {
    return {};
  }
}

describe('the scopes of a route', () => {
  it('are lost where a decorator above them replaces the method', () => {
    expect(routesThatLostScopes(Things)).toEqual(['Things.lost']);
  });

  it('are lost where a class overrides it and says nothing', () => {
    expect(routesThatLostScopes(MoreThings)).toEqual(['MoreThings.kept']);
  });
});
