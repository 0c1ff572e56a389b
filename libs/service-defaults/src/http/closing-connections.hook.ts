import type { FastifyInstance } from 'fastify';

/** Less than any orchestrator waits before it kills, and more than requests at hand take to be answered. */
const GRACE_MS = 5_000;

/**
 * Lets a server end in time when it is told to. Requests at hand are answered, and each is the last of its connection.
 * What is still open after that belongs to somebody who is silent, or slow without end: Node.js, which no longer looks
 * at its time limits once a server is closing, would wait for them.
 */
export function closeConnectionsInTime(server: FastifyInstance, graceMs = GRACE_MS): void {
  let isClosing = false;
  server.addHook('preClose', (done) => {
    isClosing = true;
    const timer = setTimeout(() => server.server.closeAllConnections(), graceMs);
    server.server.once('close', () => clearTimeout(timer));
    done();
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done(null, payload);
  });
}
