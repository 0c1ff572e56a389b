import { Resolver } from 'node:dns/promises';
import { request as requestByHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isLoopback } from '@m2m/service-defaults';
import { kindOfAddress } from './address-rules.js';

const TIMEOUT_MS = 3_000;
const MOST_BYTES = 64 * 1024;

/** Finds the addresses of a host name. */
export type Resolve = (hostname: string) => Promise<string[]>;

export interface KeySetFetcherOptions {
  /** Whether keys may be fetched from private and loopback addresses, from the latter by plain HTTP too. */
  readonly privateAddresses: boolean;
  readonly resolve?: Resolve;
}

/**
 * Fetches what clients publish. A client says where that is, so what can be reached is limited: public
 * addresses over HTTPS, for three seconds and 64 KiB. The address is judged when the connection is made, so
 * a name that leads elsewhere the second time gains nothing; redirects are not followed.
 */
export class KeySetFetcher {
  private readonly privateAddresses: boolean;
  private readonly resolve: Resolve;

  constructor({ privateAddresses, resolve = resolveByDns }: KeySetFetcherOptions) {
    this.privateAddresses = privateAddresses;
    this.resolve = resolve;
  }

  /**
   * @returns the members of `keys` (RFC 7517 5).
   * @throws Error with the reason.
   */
  async fetch(uri: string): Promise<readonly unknown[]> {
    const url = new URL(uri);
    this.assertAllowed(url);
    const response = await this.request(url);
    if (response.statusCode !== 200) {
      response.destroy();
      throw new Error(`answered ${response.statusCode}`);
    }
    return keysIn(await readText(response));
  }

  private assertAllowed({ protocol, hostname }: URL): void {
    const plain = protocol === 'http:' && this.privateAddresses && isLoopback(hostname);
    if (protocol !== 'https:' && !plain) throw new Error('must be https');
    // Of a name the addresses are judged in the look-up, which there is none of for an address.
    const literal = hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) !== 0) this.allowed([literal]);
  }

  private request(url: URL): Promise<IncomingMessage> {
    const options: RequestOptions = {
      headers: { accept: 'application/jwk-set+json, application/json' },
      // A connection of its own, whose address was judged.
      agent: false,
      lookup: this.lookup,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    };
    return new Promise((resolve, reject) => {
      const request = url.protocol === 'https:' ? requestByHttps : requestByHttp;
      request(url, options)
        .on('response', resolve)
        .on('error', reject)
        // After 101 there is neither of them, and the time limit finds nothing left to end.
        .on('close', () => reject(new Error('closed the connection without an answer')))
        .end();
    });
  }

  private readonly lookup: LookupFunction = (hostname, { all }, callback) => {
    const found = (addresses: string[]) => {
      const [first = { address: '', family: 0 }, ...others] = this.allowed(addresses).map(
        (address) => ({ address, family: isIP(address) }),
      );
      if (all) callback(null, [first, ...others]);
      else callback(null, first.address, first.family);
    };
    this.resolve(hostname)
      .then(found)
      .catch((error: unknown) => callback(error as Error, ''));
  };

  private allowed(addresses: readonly string[]): string[] {
    const allowed = addresses.filter((address) => {
      const kind = kindOfAddress(address);
      return kind === 'public' || (kind === 'private' && this.privateAddresses);
    });
    if (allowed.length === 0) throw new Error('has no address that may be connected to');
    return allowed;
  }
}

const resolver = new Resolver({ timeout: 1_000, tries: 2 });

/**
 * Asks the name servers. Not by the system's own way, which would hold up one of the few threads that
 * signatures are verified in for as long as a client's name server does not answer.
 */
async function resolveByDns(hostname: string): Promise<string[]> {
  // RFC 6761 6.3: these are not to be asked for.
  if (isLoopback(hostname)) return ['127.0.0.1', '::1'];
  const answers = await Promise.allSettled([
    resolver.resolve4(hostname),
    resolver.resolve6(hostname),
  ]);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`answered more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function keysIn(text: string): readonly unknown[] {
  let keys: unknown;
  try {
    ({ keys } = JSON.parse(text) as { keys?: unknown });
  } catch {
    // What the parser says would repeat a part of the text.
  }
  if (!Array.isArray(keys)) throw new Error('answered something else than a JWK set');
  return keys;
}
