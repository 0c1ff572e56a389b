import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request as startRequest, type ClientRequest } from 'node:http';

/** Sends the head of a request that places an order, and waits until the server asks for its body. */
export async function startOrder(url: string, token: string, body: string): Promise<ClientRequest> {
  const request = startRequest(`${url}/orders`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'idempotency-key': randomUUID(),
      expect: '100-continue',
    },
  });
  request.flushHeaders();
  await once(request, 'continue');
  return request;
}
