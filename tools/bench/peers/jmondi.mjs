import { randomBytes } from 'node:crypto';
import formbody from '@fastify/formbody';
import { AuthorizationServer, DateInterval, JwtService } from '@jmondi/oauth2-server';
import {
  handleFastifyError,
  handleFastifyReply,
  requestFromFastify,
} from '@jmondi/oauth2-server/fastify';
import Fastify from 'fastify';
import jwt from 'jsonwebtoken';
import { announceListening, isClientSecret, privateKey, settings } from './settings.mjs';

const { issuer, audience, scope, lifetimeSeconds, clientId } = settings;
const scopes = scope.split(' ').map((name) => ({ name }));
const client = {
  id: clientId,
  name: clientId,
  // What makes it a confidential client; the secret itself is checked below.
  secret: 'kept as a digest',
  redirectUris: [],
  allowedGrants: ['client_credentials'],
  scopes,
};

/** Its service for JWTs, which knows HS256 only, made to sign by ES256. */
class Es256JwtService extends JwtService {
  async sign(claims) {
    const header = { alg: 'ES256', typ: 'at+jwt', kid: settings.privateKey.kid };
    // A claim that is undefined would be refused, and the library has some.
    const given = JSON.parse(JSON.stringify({ ...claims, sub: claims.cid }));
    return jwt.sign(given, privateKey, { algorithm: 'ES256', header });
  }

  extraTokenFields({ client: { id } }) {
    return { iss: issuer, aud: audience, client_id: id };
  }
}

// @jmondi/oauth2-server behind Fastify, the fastest of its adapters, as its documentation has it. Its
// repositories are ours to write: the client in memory, and tokens that are JWTs and therefore not stored.
const server = new AuthorizationServer(
  {
    getByIdentifier: async (id) => (id === clientId ? client : undefined),
    isClientValid: async (grant, { allowedGrants }, secret) =>
      allowedGrants.includes(grant) && isClientSecret(secret),
  },
  {
    issueToken: async (ofClient, granted) => ({
      accessToken: randomBytes(24).toString('base64url'),
      accessTokenExpiresAt: new Date(),
      client: ofClient,
      scopes: granted,
    }),
    persist: async () => undefined,
  },
  {
    getAllByIdentifiers: async (names) => scopes.filter(({ name }) => names.includes(name)),
    finalize: async (granted) => granted,
  },
  new Es256JwtService(privateKey),
  { issuer },
);
server.enableGrantType('client_credentials', new DateInterval(`${lifetimeSeconds}s`));

const app = Fastify();
await app.register(formbody);
app.post('/oauth2/token', async (request, reply) => {
  try {
    const answer = await server.respondToAccessTokenRequest(requestFromFastify(request));
    handleFastifyReply(reply, answer);
  } catch (error) {
    handleFastifyError(error, reply);
  }
  return reply;
});
await app.listen({ port: settings.port, host: '127.0.0.1' });
announceListening();
