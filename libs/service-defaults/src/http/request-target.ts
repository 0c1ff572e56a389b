const SCHEME_AND_AUTHORITY = /^https?:\/\/[^/?]*/i;
/** Letters, digits and `-._~`, which mean the same when they are percent-encoded (RFC 3986 2.3). */
const ENCODED_UNRESERVED = /%(?:2[de]|3\d|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae])/gi;

/**
 * The target of a request as nearly everybody writes it: the path first (a server has to accept the absolute form too,
 * RFC 9112 3.2.2), and in it nothing encoded that needs not be (RFC 3986 6.2.2.2). The router takes the other forms for
 * the same; what else goes by the address would not.
 */
export function normalTarget(target: string): string {
  if (target.startsWith('/') && !target.includes('%')) return target;
  const relative = target.replace(SCHEME_AND_AUTHORITY, '');
  const end = relative.indexOf('?');
  const path = end < 0 ? relative : relative.slice(0, end);
  const query = end < 0 ? '' : relative.slice(end);
  return (path.replace(ENCODED_UNRESERVED, decodeURIComponent) || '/') + query;
}
