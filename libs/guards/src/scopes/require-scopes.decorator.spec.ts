import 'reflect-metadata';
import { Controller, Get, Post, SetMetadata } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { routesThatLostScopes, scopesOutsideOfRoutes } from './lost-scopes.js';
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

/** What `@MessagePattern` of `@nestjs/microservices` does. */
const OnMessage = SetMetadata('microservices:pattern', ['things.read']);

@RequireScopes('things:read')
@Controller()
class ScopedController {
  @Get('things')
  things() {
    return this.helper();
  }

  @Post('things')
  @RequireScopes('things:write')
  write() {
    return {};
  }

  helper() {
    return {};
  }
}

class ExtendingController extends ScopedController {
  // No route any more, and nothing is asked of it.
  override write() {
    return {};
  }
}

describe('scopes that are asked for where there is no route', () => {
  it('are none where they stand on controllers, whatever helpers these have and inherit', () => {
    expect(scopesOutsideOfRoutes(ScopedController)).toEqual([]);
    expect(scopesOutsideOfRoutes(ExtendingController)).toEqual([]);
  });

  it('are found on methods, whether they are replaced or inherited or neither', () => {
    class Handlers {
      @OnMessage
      @RequireScopes('things:read')
      kept() {
        return {};
      }

      @OnMessage
      @Replace
      @RequireScopes('things:read')
      replaced() {
        return {};
      }

      @SetMetadata('graphql:resolver_type', 'Query')
      @RequireScopes('things:read')
      query() {
        return {};
      }

      @Get('both')
      @OnMessage
      @RequireScopes('things:read')
      both() {
        return {};
      }
    }
    class MoreHandlers extends Handlers {}

    for (const type of [Handlers, MoreHandlers]) {
      expect(scopesOutsideOfRoutes(type)).toEqual(
        ['kept', 'replaced', 'query', 'both'].map((name) => `${type.name}.${name}`),
      );
    }
  });

  it('are found on a handler of messages whose controller has them', () => {
    class Hybrid extends ScopedController {
      @OnMessage
      handle() {
        return {};
      }

      @OnMessage
      @Public()
      handleOpenly() {
        return {};
      }
    }

    expect(scopesOutsideOfRoutes(Hybrid)).toEqual(['Hybrid.handle']);
  });

  it('are found on a class that is no controller', () => {
    @RequireScopes('things:read')
    class Gateway {}

    expect(scopesOutsideOfRoutes(Gateway)).toEqual(['Gateway']);
  });
});
