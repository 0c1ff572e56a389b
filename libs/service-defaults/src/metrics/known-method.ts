/** The methods of OpenTelemetry's semantic conventions: RFC 9110 9, PATCH (RFC 5789). */
const METHODS = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'TRACE',
]);

/** A request's method as a label: all that are not widely known are `_OTHER`, as OpenTelemetry has it. */
export function knownMethod(method: string): string {
  return METHODS.has(method) ? method : '_OTHER';
}
