import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonWebKey } from 'node:crypto';

/** An issuer as a resource server sees one: metadata (RFC 8414) and keys (RFC 7517). */
export interface Issuer {
  readonly url: string;
  close(): void;
}

export async function startIssuer(publicKey: JsonWebKey): Promise<Issuer> {
  const server: Server = createServer((request, response) => {
    const isKeys = request.url === '/jwks';
    const document = isKeys
      ? { keys: [publicKey] }
      : { issuer: url, jwks_uri: `${url}/jwks`, token_endpoint: `${url}/token` };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
