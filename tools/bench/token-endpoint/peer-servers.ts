import { join } from 'node:path';
import type { Contender } from '../load/contender.ts';
import { FULL_LOAD } from '../load/load-job.ts';
import type { TokenRequests } from '../load/workloads/token-requests.ts';
import { PEERS } from '../peers.ts';
import { ServerProcess } from '../servers/server-process.ts';
import { SCOPE } from './own-client.ts';
import { generateKeyPair } from '../keys/key-pair.ts';
import { generateSecret, type ServerSettings } from './server-settings.ts';

/** The file in `peers/` that sets it up, and how it authenticates its client. */
interface PeerServer {
  readonly name: string;
  readonly file: string;
  readonly method: ServerSettings['clientAuthMethod'];
}

const BY_SECRET: readonly PeerServer[] = [
  { name: 'oidc-provider', file: 'oidc-provider.mjs', method: 'client_secret_basic' },
  { name: '@node-oauth/oauth2-server', file: 'node-oauth.mjs', method: 'client_secret_basic' },
  { name: '@jmondi/oauth2-server', file: 'jmondi.mjs', method: 'client_secret_basic' },
  { name: 'Fastify and a signature', file: 'fastify.mjs', method: 'client_secret_basic' },
  { name: 'the limit', file: 'limit.mjs', method: 'client_secret_basic' },
];

/** The only one of them that knows assertions. */
const BY_ASSERTION: PeerServer = {
  name: 'oidc-provider, private_key_jwt',
  file: 'oidc-provider.mjs',
  method: 'private_key_jwt',
};

/** Starts every server that we compare the token endpoint with. */
export async function startPeerServers(
  cores: readonly number[] | undefined,
): Promise<{ readonly contenders: Contender[]; readonly servers: ServerProcess[] }> {
  const peers = await Promise.all(
    [...BY_SECRET, BY_ASSERTION].map(async ({ name, file, method }) => {
      const { settings, workload } = pairOf(method);
      const server = await ServerProcess.start(join(PEERS, file), settings, cores);
      return {
        server,
        contender: { name, ports: [server.port], pids: [server.pid], workload, arrival: FULL_LOAD },
      };
    }),
  );
  return {
    servers: peers.map(({ server }) => server),
    contenders: peers.map(({ contender }) => contender),
  };
}

/** What a server is told, and the requests that fit. */
function pairOf(method: ServerSettings['clientAuthMethod']) {
  const signing = generateKeyPair();
  const client = generateKeyPair();
  const settings: ServerSettings = {
    issuer: 'https://issuer.example',
    audience: 'https://orders.example',
    scope: SCOPE,
    lifetimeSeconds: 300,
    privateKey: signing.privateKey,
    clientId: 'bench-client',
    clientSecret: generateSecret(),
    clientAuthMethod: method,
    clientPublicKey: client.publicKey,
  };
  const { issuer, audience: resource, scope, clientId, clientSecret } = settings;
  const workload: TokenRequests = {
    kind: 'token',
    issuer,
    resource,
    scope,
    publicKey: signing.publicKey,
    authentication:
      method === 'client_secret_basic'
        ? { method, clientId, clientSecret }
        : { method, clientId, privateKey: client.privateKey },
  };
  return { settings, workload };
}
