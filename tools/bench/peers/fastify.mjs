import Fastify from 'fastify';
import { announceListening, settings } from './settings.mjs';
import { tokenResponse } from './token.mjs';

// Fastify with nothing of OAuth around the signature: what the framework under us costs.
const app = Fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser(
  'application/x-www-form-urlencoded',
  { parseAs: 'string' },
  (_request, body, done) => done(null, body),
);
app.post('/oauth2/token', async (request, reply) => {
  reply.header('cache-control', 'no-store');
  return tokenResponse(request.body, request.headers.authorization);
});
await app.listen({ port: settings.port, host: '127.0.0.1' });
announceListening();
