import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../problem-details/problem.js';

interface Route {
  readonly segments: readonly string[];
  readonly methods: Set<string>;
}

/** Answers a known address with a method it has not got by 405 and `Allow` (RFC 9110 15.5.6) instead of 404. */
export function useMethodNotAllowed(server: FastifyInstance): void {
  const routes = new Map<string, Route>();
  server.addHook('onRoute', ({ url, method }) => {
    const route = routes.get(url) ?? { segments: url.split('/'), methods: new Set() };
    for (const name of [method].flat()) route.methods.add(name);
    routes.set(url, route);
  });
  server.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? methodNotAllowed(request, routes.values()) : undefined);
  });
}

function methodNotAllowed(request: FastifyRequest, routes: Iterable<Route>): Problem | undefined {
  const segments = (request.url.split('?')[0] ?? '').split('/');
  const route = [...routes].find((candidate) => matches(candidate, segments));
  if (!route || route.methods.has(request.method)) return undefined;
  const allow = [...route.methods].sort().join(', ');
  return new Problem(405, {
    detail: 'This address does not answer that method.',
    headers: { allow },
  });
}

function matches(route: Route, segments: readonly string[]): boolean {
  return (
    route.segments.length === segments.length &&
    route.segments.every((part, index) => part.startsWith(':') || part === segments[index])
  );
}
