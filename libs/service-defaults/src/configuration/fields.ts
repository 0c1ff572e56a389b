import { isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';

/** A TCP port to listen on. */
export const port = (standard: number) =>
  z.coerce
    .number({ error: 'must be a port number' })
    .int('must be a port number')
    .min(1, 'must be from 1 to 65535')
    .max(65_535, 'must be from 1 to 65535')
    .default(standard);

/** A whole number of seconds within bounds. */
export const seconds = (bounds: { min: number; max: number; standard: number }) =>
  z.coerce
    .number({ error: 'must be a number of seconds' })
    .int('must be a whole number of seconds')
    .min(bounds.min, `must be at least ${bounds.min} seconds`)
    .max(bounds.max, `must be at most ${bounds.max} seconds`)
    .default(bounds.standard);

/** A whole number within bounds. */
export const wholeNumber = (bounds: { min: number; max: number; standard: number }) =>
  z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(bounds.min, `must be at least ${bounds.min}`)
    .max(bounds.max, `must be at most ${bounds.max}`)
    .default(bounds.standard);

/** IP addresses and ranges of them (RFC 4632 3.1, RFC 4291 2.3), separated by commas; none by default. */
export const addressRanges = () =>
  z
    .string()
    .transform((value) => value.split(',').map((range) => range.trim()))
    .refine(
      (ranges) => ranges.every(isAddressRange),
      'must be IP addresses or ranges such as 10.1.0.0/16, separated by commas',
    )
    .default([]);

/** Some of the given names, separated by commas or blanks; none by default. */
export const namesOf = <Name extends string>(names: readonly Name[]) =>
  z
    .string()
    .transform((value) => value.split(/[\s,]+/).filter((name) => name !== ''))
    .pipe(z.array(z.enum(names, { error: (issue) => unknownName(issue.path, names) })))
    .default([]);

// Which one it is, and not what it says: it may be a secret that was set in the wrong place.
function unknownName(path: readonly PropertyKey[] | undefined, names: readonly string[]): string {
  return `name ${Number(path?.at(-1)) + 1} of the list is none of ${names.join(', ')}`;
}

/** The connection URL of a PostgreSQL database. */
export const postgresUrl = () =>
  z.string().refine((value) => {
    const url = parseUrl(value);
    return url?.protocol === 'postgres:' || url?.protocol === 'postgresql:';
  }, 'must be a postgres:// URL');

/**
 * The URL of a service that is also its identifier (an issuer: RFC 8414 2, a resource: RFC 8707 2).
 * Plain HTTP is for loopback addresses only: tokens and secrets travel to these places.
 */
export const serviceUrl = () =>
  urlField({ http: isLoopback, finalSlash: false, encodedPath: false });

/** The issuer identifier of somebody else's authorization server, some of which end with a slash. */
export const issuerIdentifier = () =>
  urlField({ http: isLoopback, finalSlash: true, encodedPath: true });

/**
 * The URL at which something is reached, where plain HTTP may stay inside the network of a container
 * system: it is accepted for loopback addresses and for names that no public resolver knows.
 */
export const internalUrl = () =>
  urlField({ http: isInternal, finalSlash: false, encodedPath: true });

/** Origins of pages, as browsers write them (RFC 6454 6.1), separated by commas; none by default. */
export const webOrigins = () =>
  z
    .string()
    .transform((value) => value.split(',').map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every(isWebOrigin),
      'must be exact origins such as https://docs.example.com, separated by commas (http for loopback addresses only)',
    )
    .default([]);

// A page that came by plain HTTP may hold the scripts of whoever is in between.
function isWebOrigin(value: string): boolean {
  const url = parseUrl(value);
  // A URL parser takes an asterisk for a letter.
  if (url?.origin !== value || value.includes('*')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

interface UrlRules {
  /** For which hosts plain HTTP is accepted. */
  readonly http: (hostname: string) => boolean;
  readonly finalSlash: boolean;
  /** Whether there may be percent-encoding in the path (RFC 3986 2.1). */
  readonly encodedPath: boolean;
}

function urlField(rules: UrlRules) {
  return z.string().superRefine((value, context) => {
    const fault = faultOf(value, rules);
    if (fault !== undefined) context.addIssue(fault);
  });
}

function faultOf(value: string, rules: UrlRules): string | undefined {
  const url = parseUrl(value);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    return 'must be an absolute https URL';
  }
  if (url.protocol === 'http:' && !rules.http(url.hostname)) {
    return 'must use https (http is accepted for loopback addresses and inside container networks only)';
  }
  if (value.includes('?') || value.includes('#')) return 'must have no query and no fragment';
  if (url.username || url.password) return 'must hold no credentials';
  // Routes are matched after decoding, so that what the service publishes there would not be found.
  if (!rules.encodedPath && url.pathname.includes('%')) {
    return 'must have no characters in its path that need encoding';
  }
  const shortest = url.href.replace(/\/$/, '');
  if (value === shortest || (rules.finalSlash && value === `${shortest}/`)) return undefined;
  // What a URL parser mends would never match where identifiers are compared character by character.
  return 'must be in its shortest form: lower-case host, no default port, no slash at the end, no blanks';
}

function isAddressRange(range: string): boolean {
  const slash = range.indexOf('/');
  const address = slash < 0 ? range : range.slice(0, slash);
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
  if (slash < 0) return bits > 0;
  const prefix = range.slice(slash + 1);
  // All addresses there are would be no range.
  return /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits;
}

function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}

/** Whether a URL's host can be nothing but this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

function isInternal(hostname: string): boolean {
  const isAddress = hostname.startsWith('[');
  return (
    isLoopback(hostname) ||
    (!hostname.includes('.') && !isAddress) ||
    /\.(svc|internal|cluster\.local)$/.test(hostname)
  );
}
