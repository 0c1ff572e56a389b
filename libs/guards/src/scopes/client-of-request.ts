import type { Client } from '../verification/client.js';

/** A place of our own: `user`, where Passport puts what it finds, others write to as well, such as sessions. */
const CLIENT = Symbol('the client of the verified access token');

interface Verified {
  [CLIENT]?: Client;
}

export function keepClient(request: object, client: Client): void {
  (request as Verified)[CLIENT] = client;
}

/** The client whose verified token came with a request, if it has been through the guard. */
export function clientOf(request: object): Client | undefined {
  return (request as Verified)[CLIENT];
}
