import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** An address that pages of other origins may post to. */
export interface CrossOriginAccess {
  /** As the path of a URL has it. */
  readonly path: string;
  /** Each as a browser writes it (RFC 6454 6.1); with none, no page of another origin may. */
  readonly origins: readonly string[];
}

/** Those of a form that authenticates by HTTP Basic, and what libraries of scripts send along. */
const ALLOWED_HEADERS = 'authorization, content-type, x-requested-with';

/** How long a browser may go without asking again. */
const PREFLIGHT_MAX_AGE_SECONDS = 600;

/**
 * Lets scripts of pages of the given origins post to one address and read the answers, errors too (CORS, Fetch
 * 3.3). Cookies are none of it. Whoever is not a browser is not kept away by this, and need not be.
 */
export function useCrossOriginAccess(
  server: FastifyInstance,
  { path, origins }: CrossOriginAccess,
): void {
  if (origins.length === 0) return;
  server.addHook('onRequest', (request, reply, done) => {
    const isAllowed = pathOf(request) === path && allowOrigin(request, reply, origins);
    if (isAllowed && isPreflight(request)) answerPreflight(reply);
    else done();
  });
}

/** Whether the request comes from a page that may read its answer; the answer says so. */
function allowOrigin(
  { headers: { origin } }: FastifyRequest,
  reply: FastifyReply,
  origins: readonly string[],
): boolean {
  // Either way: a cache must not give one origin the answer of another.
  reply.header('vary', 'Origin');
  if (origin === undefined || !origins.includes(origin)) return false;
  reply.header('access-control-allow-origin', origin);
  return true;
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? '';
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function answerPreflight(reply: FastifyReply): void {
  void reply
    .status(204)
    .headers({
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': ALLOWED_HEADERS,
      'access-control-max-age': String(PREFLIGHT_MAX_AGE_SECONDS),
    })
    .send();
}
