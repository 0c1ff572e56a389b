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

/** The connection URL of a PostgreSQL database. */
export const postgresUrl = () =>
  z.string().refine((value) => {
    const url = parseUrl(value);
    return url?.protocol === 'postgres:' || url?.protocol === 'postgresql:';
  }, 'must be a postgres:// URL');

/**
 * The URL of a service, or an identifier of that form (an issuer: RFC 8414 2, a resource: RFC 8707 2).
 * Plain HTTP is for loopback addresses only: tokens and secrets travel to these places.
 */
export const serviceUrl = () =>
  z.string().superRefine((value, context) => {
    const url = parseUrl(value);
    if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
      context.addIssue('must be an absolute https URL');
    } else if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      context.addIssue('must use https (http is accepted for loopback addresses only)');
    } else if (value.includes('?') || value.includes('#')) {
      context.addIssue('must have no query and no fragment');
    } else if (url.username || url.password) {
      context.addIssue('must hold no credentials');
    } else if (value !== canonical(url)) {
      context.addIssue(
        'must be in its shortest form (lower-case host, no default port, no slash at the end, no blanks), as identifiers are compared character by character',
      );
    }
  });

/** As {@link serviceUrl}, but where plain HTTP stays inside a trusted network, such as that of the containers of one system. */
export const internalUrl = () =>
  z.string().refine((value) => {
    const url = parseUrl(value);
    return (url?.protocol === 'https:' || url?.protocol === 'http:') && !value.includes('#');
  }, 'must be an absolute http or https URL');

// RFC 8414 2 and RFC 8707 2 compare identifiers as they are written; what a URL parser mends would never match.
function canonical(url: URL): string {
  return url.href.replace(/\/$/, '');
}

function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}
