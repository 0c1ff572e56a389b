import type { FastifyInstance } from 'fastify';

const CONTENT_TOO_LARGE = 413;

/** How long the rest of a refused body is taken from the wire. */
const PATIENCE_MS = 2_000;

/**
 * Lets whoever sends too large a body read why it is refused. Fastify would close the connection at once;
 * what is under way then meets a closed connection, upon which the sender's side, or a proxy in between, may
 * drop the answer before it has been read (RFC 9112 9.6). So the rest is read and thrown away, for a while.
 */
export function useRefusedBodies(server: FastifyInstance): void {
  server.addHook('onSend', (request, reply, _payload, done) => {
    const { raw } = request;
    if (reply.statusCode === CONTENT_TOO_LARGE && !raw.complete) {
      reply.removeHeader('connection');
      raw.resume();
      const timer = setTimeout(() => raw.socket.destroy(), PATIENCE_MS);
      raw.once('close', () => clearTimeout(timer));
    }
    done();
  });
}
