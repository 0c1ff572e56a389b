import { createHash } from 'node:crypto';
import ipaddr from 'ipaddr.js';

/** The part of an IPv6 address that its owner cannot choose, in 16-bit groups. */
const IPV6_NETWORK_GROUPS = 4;

/**
 * What failures are counted by: the client that was named and the address it came from. Nobody can read
 * either of them from it.
 */
export function attemptKey(clientId: string, address: string): string {
  return createHash('sha256')
    .update(`${networkOf(address)} ${clientId}`)
    .digest('base64url');
}

/** An IPv4 address as it is; the /64 of an IPv6 address, all of which belongs to one customer. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  const groups = parsed.parts.slice(0, IPV6_NETWORK_GROUPS).map((group) => group.toString(16));
  return `${groups.join(':')}::/64`;
}
