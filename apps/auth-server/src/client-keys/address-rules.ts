import ipaddr from 'ipaddr.js';

// Where clouds hand out credentials, besides the link-local address most of them use.
const METADATA_SERVICES = ['168.63.129.16', '100.100.100.200', 'fd00:ec2::254', 'fd20:ce::254'].map(
  (address) => ipaddr.parse(address).toString(),
);

const PRIVATE_RANGES = ['loopback', 'private', 'carrierGradeNat', 'uniqueLocal'];

/**
 * Says whose an IP address is: `public` for the Internet's, `private` for those of this machine and of a
 * network of one's own. Undefined for what is never a client's server: metadata services and the other
 * link-local addresses, multicast, whatever else the IANA registries of special-purpose addresses list.
 */
export function kindOfAddress(address: string): 'public' | 'private' | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  // An IPv4 address within an IPv6 one counts as what it is.
  const plain = ipaddr.process(address);
  if (METADATA_SERVICES.includes(plain.toString())) return undefined;
  const range = plain.range();
  if (range === 'unicast') return 'public';
  return PRIVATE_RANGES.includes(range) ? 'private' : undefined;
}
