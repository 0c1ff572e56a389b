import { ORIGINAL } from './adoption.ts';
import type { Adoption } from './adoption.ts';

/** The only place where they are settings; in documents and tests they are examples. */
const PLACE = 'deploy/kubernetes/overlays/production/';

/** Puts the addresses in production in the place of the examples. */
export function fillInAddresses(file: string, text: string, adoption: Adoption): string {
  if (!file.startsWith(PLACE)) return text;
  const { issuer, ordersApiUrl } = adoption;
  const withIssuer = issuer === undefined ? text : fillInAddress(text, ORIGINAL.issuer, issuer);
  return ordersApiUrl === undefined
    ? withIssuer
    : fillInAddress(withIssuer, ORIGINAL.ordersApiUrl, ordersApiUrl);
}

/** Puts an address in the place of an example. Routes go by the name of the host alone. */
export function fillInAddress(text: string, example: string, url: string): string {
  return text
    .replaceAll(example, () => url)
    .replaceAll(new URL(example).hostname, () => new URL(url).hostname);
}
