import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { type AxiosInstance, type CreateAxiosDefaults } from 'axios';

/** For how long a server may be silent; it does not end an answer that keeps coming. */
const TIMEOUT_MS = 10_000;
/** Bounds the memory an answer can take; a page of the largest resources an API has must fit. */
const MOST_BYTES = 16 * 1024 * 1024;

/** An HTTP client that keeps its connections, bounds silence and size of answers, and follows no redirect. */
export function createHttpClient(defaults: CreateAxiosDefaults = {}): AxiosInstance {
  return axios.create({
    timeout: TIMEOUT_MS,
    maxContentLength: MOST_BYTES,
    // A redirect could carry credentials to where they do not belong (RFC 9700 4.12).
    maxRedirects: 0,
    // Where requests go is for the configuration to say, not for a proxy variable of the environment.
    proxy: false,
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
    ...defaults,
  });
}
