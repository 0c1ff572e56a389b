import { randomBytes } from 'node:crypto';
import OAuth2Server from '@node-oauth/oauth2-server';
import express from 'express';
import jwt from 'jsonwebtoken';
import { announceListening, isClientSecret, privateKey, settings } from './settings.mjs';

const { issuer, audience, scope, lifetimeSeconds, clientId } = settings;
const client = { id: clientId, grants: ['client_credentials'] };
const scopes = new Set(scope.split(' '));

// @node-oauth/oauth2-server behind Express, as its documentation has it. Its model is ours to write: the client
// in memory, and tokens that are JWTs and therefore not stored.
const server = new OAuth2Server({
  accessTokenLifetime: lifetimeSeconds,
  model: {
    getClient: async (id, secret) => id === clientId && isClientSecret(secret) && client,
    getUserFromClient: async ({ id }) => ({ id }),
    validateScope: async (_user, _client, wanted) => wanted?.every((s) => scopes.has(s)) && wanted,
    generateAccessToken: async ({ id }, _user, granted) => accessToken(id, granted),
    saveToken: async (token, ofClient, user) => ({ ...token, client: ofClient, user }),
  },
});

function accessToken(client_id, granted) {
  const iat = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: issuer,
    aud: audience,
    sub: client_id,
    client_id,
    iat,
    exp: iat + lifetimeSeconds,
    jti: randomBytes(24).toString('base64url'),
    scope: granted.join(' '),
  };
  const header = { alg: 'ES256', typ: 'at+jwt', kid: settings.privateKey.kid };
  return jwt.sign(claims, privateKey, { algorithm: 'ES256', header });
}

const app = express();
app.disable('x-powered-by');
app.disable('etag');
app.use(express.urlencoded({ extended: false }));
app.post('/oauth2/token', async (req, res) => {
  const response = new OAuth2Server.Response(res);
  try {
    await server.token(new OAuth2Server.Request(req), response);
  } catch {
    // The response says it already.
  }
  res.status(response.status).set(response.headers).json(response.body);
});
app.listen(settings.port, '127.0.0.1', announceListening);
